/* Which tries are drawn beside the current state: at most three, and a new one takes the place of the oldest. */

export const MAX_PINS = 3;

export function newest(numbers) {
  return numbers.slice(-MAX_PINS);
}

/* The pins after a press on a try's pin: taken out if it is there, else put in as the newest. */
export function toggled(pins, number) {
  return pins.includes(number) ? pins.filter((pin) => pin !== number) : newest([...pins, number]);
}

/* The pins after a press on Compare: none if there are some, else the newest tries. */
export function compared(pins, recorded) {
  return pins.length ? [] : newest(recorded);
}

/* The pins whose tries are still there. */
export function stillRecorded(pins, recorded) {
  return newest(pins.filter((pin) => recorded.includes(pin)));
}
