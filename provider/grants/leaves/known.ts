import { createHash } from "node:crypto";
import type { KnownLeaves } from "../../pipe/leaves";
import type { ActualRight, RightFilter } from "../sql/actual";
import { includesColumn } from "../sql/desired";

/** Undefined if there are none, as for grants of earlier versions. */
export function digestOf(known: KnownLeaves[]): string | undefined {
  if (known.length === 0) return undefined;
  const lines = known
    .map(({ root, columns, leaves, spaces }) => JSON.stringify([root, columns, leaves, spaces]))
    .sort();
  return createHash("sha256").update(lines.join("\n")).digest("base64url").slice(0, 12);
}

/** Whether a right is one that the leaves were given, whatever they are part of now. */
export function onKnownLeaves(known: KnownLeaves[]): RightFilter {
  const groups = groupsOf(known);
  return (right) =>
    (groups.get(idOf(right)) ?? []).some(({ columns }) => {
      if (right.kind === "schema") return true;
      return right.column === null ? columns === null : includesColumn(columns ?? undefined, right.column);
    });
}

/** The right with only those roots whose leaf it was then. */
export function underKnownRoots(known: KnownLeaves[]): (right: ActualRight) => ActualRight {
  const groups = groupsOf(known);
  return (right) => {
    const then = new Set((groups.get(idOf(right)) ?? []).map(({ root }) => root));
    return { ...right, roots: right.roots.filter(({ oid }) => then.has(oid)) };
  };
}

function groupsOf(known: KnownLeaves[]): Map<string, KnownLeaves[]> {
  const groups = new Map<string, KnownLeaves[]>();
  for (const group of known) {
    const ids = [...group.leaves.map((oid) => `table ${oid}`), ...group.spaces.map((oid) => `schema ${oid}`)];
    for (const id of ids) groups.set(id, [...(groups.get(id) ?? []), group]);
  }
  return groups;
}

/** Of what the right is: a leaf, or a schema of leaves. */
function idOf({ kind, oid }: ActualRight): string {
  return kind === "schema" ? `schema ${oid}` : kind === "table" || kind === "column" ? `table ${oid}` : "";
}
