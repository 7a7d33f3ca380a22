"""The changes that are planted: cosmic-ray's operators, without those that any test sees or that nobody could see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cosmic_ray.operators import (
    binary_operator_replacement,
    comparison_operator_replacement,
    unary_operator_replacement,
)
from cosmic_ray.operators.boolean_replacer import (
    AddNot,
    ReplaceAndWithOr,
    ReplaceFalseWithTrue,
    ReplaceOrWithAnd,
    ReplaceTrueWithFalse,
)
from cosmic_ray.operators.break_continue import ReplaceBreakWithContinue, ReplaceContinueWithBreak
from cosmic_ray.operators.exception_replacer import ExceptionReplacer
from cosmic_ray.operators.operator import Operator
from cosmic_ray.operators.zero_iteration_for_loop import ZeroIterationForLoop
from parso.python.tree import Name, Number, PythonNode

# Most replacements, as * by << of two floats, stop with a TypeError in any test: they would raise every score.
LIKELY = {
    "Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "FloorDiv_Div", "Mod_FloorDiv", "Pow_Mul", "BitOr_BitAnd",
    "BitAnd_BitOr", "Eq_NotEq", "NotEq_Eq", "Lt_LtE", "LtE_Lt", "Gt_GtE", "GtE_Gt", "Lt_Gt", "Gt_Lt", "Is_IsNot",
    "IsNot_Is", "Delete_USub", "Delete_Not", "Delete_Invert",
}  # fmt: skip
SMALL_WHOLE = 100  # whole numbers up to here are changed by one, others by a tenth
SWAPPED = {
    "min": "max", "minimum": "maximum", "floor": "ceil", "any": "all", "zeros": "ones", "cumsum": "cumprod",
    "argmin": "argmax",
}  # fmt: skip
SWAPPED |= {new: old for old, new in SWAPPED.items()}


class ChangedNumber(Operator):
    """A number one more or less, or a tenth more or less where one would be too little to see or too much."""

    def mutation_positions(self, node: Any) -> Iterator[tuple[Any, Any]]:
        """Yield each number twice."""
        if isinstance(node, Number) and node.value[-1] not in "jJ" and node.value[:2] not in ("0x", "0b"):
            yield from [(node.start_pos, node.end_pos)] * 2

    def mutate(self, node: Any, index: int) -> Any:
        """Return the number changed."""
        sign, whole = (1, -1)[index], node.value.replace("_", "").isdigit()
        if whole and int(node.value) <= SMALL_WHOLE:
            text = str(int(node.value) + sign)
        else:
            value = float(node.value) * (1 + sign / 10)
            text = str(round(value)) if whole else repr(float(f"{value:.6g}"))
        return Number(f"({text})" if text.startswith("-") else text, node.start_pos, node.prefix)

    @classmethod
    def examples(cls) -> tuple[()]:
        """Return nothing: the examples stand in the tests."""
        return ()


class OtherException(ExceptionReplacer):
    """An exception handler that waits for another exception; cosmic-ray breaks at names such as ``json.Error``."""

    def mutation_positions(self, node: Any) -> Iterator[tuple[Any, Any]]:
        """Yield each plain name in the head of a handler."""
        if isinstance(node, PythonNode) and node.type == "except_clause":
            yield from ((name.start_pos, name.end_pos) for name in self._name_nodes(node))

    @staticmethod
    def _name_nodes(node: Any) -> list[Name]:
        caught = node.children[1]
        if isinstance(caught, PythonNode) and caught.type == "atom":
            caught = caught.children[1]
        listed = caught.children if getattr(caught, "type", "") == "testlist_comp" else [caught]
        return [one for one in listed if isinstance(one, Name)]


class SwappedName(Operator):
    """A function replaced by its opposite, such as minimum by maximum."""

    def mutation_positions(self, node: Any) -> Iterator[tuple[Any, Any]]:
        """Yield each call of a function that has an opposite."""
        if isinstance(node, Name) and node.value in SWAPPED and _is_called(node):
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:  # noqa: ARG002 - the signature all operators share
        """Return the opposite."""
        return Name(SWAPPED[node.value], node.start_pos, node.prefix)

    @classmethod
    def examples(cls) -> tuple[()]:
        """Return nothing: the examples stand in the tests."""
        return ()


def _is_called(node: Any) -> bool:
    following = node.get_next_leaf()
    return following is not None and following.value == "("


def _likely(operators: Any) -> Iterator[type[Operator]]:
    return (one for one in operators if one.__name__.split("_", 1)[1] in LIKELY)


OPERATORS: Mapping[str, Operator] = {
    one.__name__: one()
    for one in (
        *_likely(binary_operator_replacement.operators()),
        *_likely(comparison_operator_replacement.operators()),
        *_likely(unary_operator_replacement.operators()),
        AddNot,
        ReplaceAndWithOr,
        ReplaceOrWithAnd,
        ReplaceTrueWithFalse,
        ReplaceFalseWithTrue,
        ReplaceBreakWithContinue,
        ReplaceContinueWithBreak,
        OtherException,
        ZeroIterationForLoop,
        ChangedNumber,
        SwappedName,
    )
}
