"""The five topologies of `physics.gossip` as nodes, links and places."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from physics.validation import Floats, as_float, as_int, one_of

Integers = NDArray[np.int64]
Topology = Literal["ring", "torus", "regular", "complete", "geometric"]

TOPOLOGIES: tuple[Topology, ...] = get_args(Topology)
DEFAULT_DEGREE = 12  # assumed: neighbours in radio range where no degree is given

_MAX_NODES = {"ring": 20_000, "torus": 20_000, "regular": 20_000, "complete": 1_000, "geometric": 20_000}


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Mesh:
    """Nodes, the links between them and positions for a map; the arrays are read-only.

    `positions` (nodes, 2) lie in the unit square, `links` (links, 2) name two nodes each, `neighbours`
    (nodes,) counts the links of a node, and `parts` is the number of groups that no link joins.

    Parameters
    ----------
    topology : str
        One of the five.
    positions : array
        [1] (nodes, 2), in the unit square.
    links : array of int
        [1] (links, 2), two nodes each.
    neighbours : array of int
        [1] (nodes,), links of a node.
    parts : int
        [1] Groups that no link joins.
    """

    topology: Topology
    positions: Floats
    links: Integers
    neighbours: Integers
    parts: int

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return len(self.positions)


def checked_shape(topology: Any, nodes: Any, degree: Any, most_nodes: int) -> tuple[Topology, int, float]:
    """Return topology, nodes and the degree that counts: given by the topology, by the caller, or by default.

    Raises:
        ValueError: no such graph exists; the message names the argument, its value and what is allowed.
    """
    name = one_of("topology", topology, TOPOLOGIES)
    count = as_int("nodes", nodes, low=3 if name == "ring" else 2, high=most_nodes)
    wanted: float = min(DEFAULT_DEGREE, count - 1)
    if degree is not None:
        wanted = as_float("degree", degree, low=0, low_open=True)
    if name == "ring":
        return name, count, 2
    if name == "complete":
        return name, count, count - 1
    if name == "torus":
        side = round(count**0.5)
        if side < 3 or side * side != count:
            below = max(3, int(count**0.5))
            nearest = f"{below**2} or {(below + 1) ** 2}"
            raise ValueError(f"nodes must be a square from 9 for a torus, such as {nearest}, got {count}")
        return name, count, 4
    if name == "geometric":
        return name, count, as_float("degree", wanted, low=0, low_open=True, high=count - 1)
    regular = as_int("degree", wanted, low=3)
    if regular >= count:
        raise ValueError(f"degree must lie in [3, {count - 1}] for a regular graph of {count}, got {regular}")
    if count * regular % 2:
        raise ValueError(f"degree must be even for a regular graph of {count}, an odd number, got {regular}")
    return name, count, regular


def mesh(topology: str, nodes: int, *, degree: float | None = None, seed: int = 0) -> Mesh:
    """Return the nodes and links of a topology, for a map and for `gossip_trial`.

    Parameters
    ----------
    topology : {"ring", "torus", "regular", "complete", "geometric"}
        Ring; square grid, opposite edges joined; random graph with `degree` links at every node; every pair linked;
        or nodes scattered over the unit square and linked within the radius sqrt(degree / (pi nodes)).
    nodes : int
        Number of nodes [1], 2 to 20,000 (ring from 3; torus a square number from 9; complete to 1,000).
    degree : float, optional
        Neighbours of a node [1]: whole, from 3 and below `nodes`, for "regular"; the mean away from the edge,
        above 0 and below `nodes`, for "geometric"; 12, or all there are, if None. The other topologies have
        their own.
    seed : int
        Draws the regular links or the positions [1], 0 or more.

    Returns
    -------
    Mesh
        Read-only and cached: the same arguments give the same object.

    Raises
    ------
    ValueError
        An argument is out of range or no such graph exists.

    Notes
    -----
    Nodes near the edge of the square have fewer neighbours, so the mean of a geometric mesh is about 0.85 of
    `degree` at 200 nodes and 12 neighbours. A geometric mesh may be disconnected; then `parts` is above 1.
    Positions come from Python's own generator, whose sequence is the same in every version.

    Examples
    --------
    >>> square = mesh("torus", 9)
    >>> len(square.links), int(square.neighbours.min()), square.parts
    (18, 4, 1)
    """
    most = _MAX_NODES[one_of("topology", topology, TOPOLOGIES)]
    return cached_mesh(*checked_shape(topology, nodes, degree, most), as_int("seed", seed))


@lru_cache(maxsize=32)
def cached_mesh(topology: Topology, nodes: int, degree: float, seed: int) -> Mesh:
    """Build a mesh from checked arguments."""
    index = np.arange(nodes)
    angle = 2 * np.pi * index / nodes
    positions = np.column_stack([0.5 + 0.5 * np.cos(angle), 0.5 + 0.5 * np.sin(angle)])
    if topology == "ring":
        links = np.column_stack([index, (index + 1) % nodes])
    elif topology == "torus":
        side = round(nodes**0.5)
        row, column = np.divmod(index, side)
        right, down = row * side + (column + 1) % side, (row + 1) % side * side + column
        links = np.concatenate([np.column_stack([index, right]), np.column_stack([index, down])])
        positions = (np.column_stack([column, row]) + 0.5) / side
    elif topology == "complete":
        links = np.column_stack(np.triu_indices(nodes, 1))
    elif topology == "regular":
        links = _regular_links(nodes, int(degree), np.random.default_rng(seed))
    else:
        draw = random.Random(seed).random
        positions = np.array([[draw(), draw()] for _ in range(nodes)])
        links = KDTree(positions).query_pairs((degree / (np.pi * nodes)) ** 0.5, output_type="ndarray")
    links = np.asarray(links, dtype=np.int64).reshape(-1, 2)
    neighbours = np.bincount(links.ravel(), minlength=nodes).astype(np.int64)
    graph = coo_array((np.ones(len(links)), (links[:, 0], links[:, 1])), shape=(nodes, nodes))
    parts, _ = connected_components(graph, directed=False)
    for array in (positions, links, neighbours):
        array.setflags(write=False)
    return Mesh(
        topology=topology,
        positions=positions,
        links=links,
        neighbours=neighbours,
        parts=int(parts),
    )


def place_of_node(network: Mesh, places: int) -> Integers:
    """Return the number of the place each node is in; nodes of one place share one truth.

    On a geometric mesh a place is the neighbourhood of one of the first `places` nodes, whose positions are
    as random as any: each node belongs to the nearest. On the others it is a run of `nodes / places` nodes in
    a row: an arc of the ring, a band of the torus, and on regular and complete graphs a group with no
    geography.

    Parameters
    ----------
    network : Mesh
        From `mesh`.
    places : int
        Number of places [1], 1 to the number of nodes.

    Returns
    -------
    ndarray of int, shape (nodes,)
        0 to `places` - 1; no place is empty.

    Raises
    ------
    ValueError
        `places` is out of range, or `network` is no Mesh.

    Examples
    --------
    >>> place_of_node(mesh("ring", 6), 3).tolist()
    [0, 0, 1, 1, 2, 2]
    """
    if not isinstance(network, Mesh):
        raise ValueError(f"network must be a Mesh made by mesh, got {network!r:.80}")
    count = as_int("places", places, low=1, high=network.nodes)
    if network.topology == "geometric":
        nearest = KDTree(network.positions[:count]).query(network.positions)[1]
        return np.asarray(nearest, dtype=np.int64)
    return np.arange(network.nodes) * count // network.nodes


def _regular_links(nodes: int, degree: int, rng: np.random.Generator) -> Integers:
    """Return a random graph with `degree` links at every node (Steger and Wormald 1999).

    Every node holds `degree` stubs. Stubs are paired at random; those that would join a node to itself or
    repeat a link go into the next draw, and a draw from which no link can come starts all over.
    """
    if degree > (nodes - 1) / 2:  # a dense graph is drawn as the complement of a sparse one, which rarely fails
        missing = _regular_links(nodes, nodes - 1 - degree, rng)
        absent = np.ones((nodes, nodes), dtype=bool)
        absent[missing[:, 0], missing[:, 1]] = absent[missing[:, 1], missing[:, 0]] = False
        return np.column_stack(np.nonzero(np.triu(absent, 1)))
    all_stubs = np.repeat(np.arange(nodes), degree).tolist()
    stubs, links = all_stubs, set[tuple[int, int]]()
    while stubs:
        left: list[int] = []
        for one, other in rng.permutation(stubs).reshape(-1, 2).tolist():
            link = (one, other) if one < other else (other, one)
            if one == other or link in links:
                left += link
            else:
                links.add(link)
        stuck = left and all(link in links for link in combinations(sorted(set(left)), 2))
        stubs, links = (all_stubs, set()) if stuck else (left, links)
    return np.array(sorted(links), dtype=np.int64).reshape(-1, 2)
