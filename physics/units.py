"""Units as multipliers: decimal for transfer and storage, binary for RAM, never one name for both.

>>> 51.2 * MB
51200000.0
>>> 512 * KIB
524288
"""

BITS_PER_BYTE = 8

KB = 1e3  # bytes, decimal: transfer and storage
MB = 1e6
GB = 1e9
TB = 1e12
PB = 1e15

KIB = 2**10  # bytes, binary: RAM only
MIB = 2**20
GIB = 2**30

SECONDS_PER_HOUR = 3600
SECONDS_PER_DAY = 86_400
DAYS_PER_MONTH = 30  # the horizon of every monthly data cap in the lab

JOULES_PER_WH = 3600
