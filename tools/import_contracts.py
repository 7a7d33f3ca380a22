"""A kind of contract that import-linter does not have: which packages of others a package of ours may import."""

from __future__ import annotations

import sys

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class AllowedContract(Contract):
    """Modules import, besides the standard library and our own packages, nothing but what is listed.

    Configuration options:
        modules: a package, with everything in it. allowed: top-level packages of others.
        except_modules: packages within that have a contract of their own.
    """

    type_name = "allowed"

    modules = fields.SetField(subfield=fields.StringField())
    allowed = fields.SetField(subfield=fields.StringField())
    except_modules = fields.SetField(subfield=fields.StringField(), required=False, default=frozenset())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002 - import-linter's signature
        """Find every import of a package that is not listed."""
        within = _with_descendants(graph, self.modules) - _with_descendants(graph, self.except_modules)
        ours = {name for name in graph.modules if not graph.is_module_squashed(name)}
        forbidden = {
            (importer, imported)
            for importer in within
            for imported in graph.find_modules_directly_imported_by(importer) - ours
            if imported.partition(".")[0] not in {*self.allowed, *sys.stdlib_module_names}
        }
        return ContractCheck(kept=not forbidden, metadata={"forbidden": sorted(forbidden)})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name each import that is not allowed."""
        for importer, imported in check.metadata["forbidden"]:
            output.print_error(f"{importer} imports {imported}; allowed are {', '.join(sorted(self.allowed))}")


def _with_descendants(graph: ImportGraph, names: set[str]) -> set[str]:
    return {module for name in names for module in {name, *graph.find_descendants(name)}}
