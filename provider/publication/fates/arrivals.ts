import { displayTable, displayTables } from "../../postgres/sql/table";
import type { Child } from "../sql/descendants";
import { describeUnsafe } from "../sql/safety";
import type { Change, Survey } from "../survey";

/** Warns about tables of extensions, which are not the application's, and which whole schemas publish with the others. */
export function othersWarnings(
  { inputs }: Pick<Change, "inputs">,
  { unsafeOfOthers }: Pick<Survey, "unsafeOfOthers">,
): string[] {
  if (inputs.allowUnsafeTables || unsafeOfOthers.length === 0) return [];
  return [
    [
      "UPDATE or DELETE fails for these published tables, which belong to extensions or to Neon.",
      ...describeUnsafe(unsafeOfOthers, 10),
      "To leave them out, list tables instead of whole schemas.",
    ].join("\n"),
  ];
}

/**
 * Warns about published tables whose changes ClickPipes does not apply where one expects them. It applies the changes of a child or
 * partition to the table of its parent, one level up and no further.
 */
export function arrivalWarnings(
  { desired }: Pick<Change, "desired">,
  { actual, children, deepPartitions }: Pick<Survey, "actual" | "children" | "deepPartitions">,
): string[] {
  const viaRoot = desired.viaRoot ?? actual?.viaRoot ?? false;
  return [
    ...inheritanceWarnings(children),
    ...(viaRoot || deepPartitions.length === 0 ? [] : [tooDeep(deepPartitions)]),
  ];
}

function inheritanceWarnings(children: Child[]): string[] {
  const parents = new Map<string, Child[]>();
  for (const child of children) {
    const parent = displayTable(child.parent);
    parents.set(parent, [...(parents.get(parent) ?? []), child]);
  }
  return [...parents].map(([parent, below]) => describeParent(parent, below).join("\n"));
}

function describeParent(parent: string, below: Child[]): string[] {
  const direct = below.filter(({ distance }) => distance === 1);
  const unpublished = direct.filter(({ published }) => !published);
  const published = direct.filter((child) => child.published);
  const deeper = below.filter(({ distance }) => distance > 1);
  return [
    `other tables inherit from ${parent}. Unlike partitions, they are published only if they are listed.`,
    ...(unpublished.length > 0
      ? [
          `Changes of ${displayTables(unpublished)} never reach ClickHouse.`,
          `To receive them in the table of ${parent}, add them to \`tables\`, and do not map them in the pipe.`,
        ]
      : []),
    ...(published.length > 0
      ? [
          `Changes of ${displayTables(published)} arrive in the table of ${parent}.`,
          `Do not map them in the pipe: tables of their own would receive no changes.`,
        ]
      : []),
    ...(deeper.length > 0
      ? [`Changes of ${displayTables(deeper)}, two or more levels below, never arrive in the table of ${parent}.`]
      : []),
  ];
}

function tooDeep(tables: Survey["deepPartitions"]): string {
  return [
    `changes of ${displayTables(tables)} never reach ClickHouse.`,
    "Without publish_via_partition_root, they arrive under the names of the partitions, and ClickPipes finds the table only one level up.",
    "Set `publishViaPartitionRoot: true`.",
  ].join("\n");
}
