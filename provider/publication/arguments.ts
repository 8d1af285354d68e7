import { type Arguments, canonicalList } from "../lifecycle/arguments";
import { DEFAULT_PUBLICATION, OPERATIONS } from "../lifecycle/defaults";
import type { Spelt, Unmarked } from "../lifecycle/lifecycle";
import { readTables } from "../lifecycle/tables";
import { hasUnknown, isUnknown } from "../lifecycle/unknown";
import { identifier } from "../postgres/sql/statement";
import { compareText } from "../text";
import { RUNNING_PIPE } from "./refusals";
import { isReadAsWritten } from "./sql/name";
import type { PublicationInputs } from "./state";

type Checked = Unmarked<PublicationInputs>;

export function checkArguments(args: Arguments, before: Partial<PublicationInputs>): Checked {
  const adopt = args.flag("adopt");
  const inputs: Spelt<Checked> = {
    name: readName(args),
    allTables: args.flag("allTables") || undefined,
    tables: readTables(args, true),
    schemas: canonicalList(args.identifiers("schemas"), compareText),
    // An adopted publication keeps what the program does not mention.
    publish: readOperations(args) ?? (adopt === true ? undefined : [...OPERATIONS]),
    publishViaPartitionRoot: args.flag("publishViaPartitionRoot") ?? (adopt === true ? undefined : true),
    publishGeneratedColumns: args.oneOf("publishGeneratedColumns", "none", "stored"),
    owner: args.identifier("owner"),
    comment: args.text("comment"),
    adopt,
    deleteAdopted: args.flag("deleteAdopted"),
    allowReplace: args.flag("allowReplace"),
    allowUnsafeTables: args.flag("allowUnsafeTables"),
    allowLeftoverSlots: args.flag("allowLeftoverSlots"),
  };
  checkScope(args, inputs);
  if (inputs.allowReplace !== true) checkReplacement(args, before, inputs);
  return inputs;
}

function readName(args: Arguments): string {
  const name = args.identifier("name") ?? DEFAULT_PUBLICATION;
  if (!isUnknown(name) && !isReadAsWritten(name)) {
    const why = name.includes("\\")
      ? [
          `ClickPipes cannot read "${name}", because the name has a backslash.`,
          "It sends such a name in a form that START_REPLICATION rejects as a syntax error.",
        ]
      : [
          `pgoutput would read "${name}" as another name.`,
          "It folds upper case, splits at whitespace and commas, and takes a leading quote away.",
          "Up to Postgres 17 the pipe fails; on Postgres 18 it silently receives nothing.",
        ];
    const lines = [
      ...why,
      "Use lower case, digits, _ and -.",
      `If a publication already has this name, no pipe can read it. Run: ALTER PUBLICATION ${identifier(name)} RENAME TO …;`,
    ];
    args.problem("name", lines.join("\n"));
  }
  return name;
}

function readOperations(args: Arguments): string[] | undefined {
  const list = args.list("publish", (value, path) => {
    if (OPERATIONS.includes(value as string)) return value as string;
    args.problem(path, `expected one of ${OPERATIONS.join(", ")}`);
    return undefined;
  });
  if (Array.isArray(list) && list.length === 0) args.problem("publish", "is empty; omit it for all four operations");
  return canonicalList(list, (a, b) => OPERATIONS.indexOf(a) - OPERATIONS.indexOf(b));
}

function checkScope(args: Arguments, { allTables, tables, schemas }: Checked): void {
  if (isUnknown(allTables) || args.problems.length > 0) return;
  if (allTables && (tables !== undefined || schemas !== undefined)) {
    args.problem("allTables", "cannot be combined with `tables` or `schemas`; remove one or the other");
  }
  if (!allTables && tables === undefined && schemas === undefined) {
    args.problem("tables", "specify what to publish: `tables`, `schemas` or both, or `allTables: true`");
  }
  const withColumns = Array.isArray(tables) && tables.some((table) => typeof table === "object" && "columns" in table);
  if (withColumns && Array.isArray(schemas) && schemas.length > 0) {
    args.problem("tables", "Postgres allows no column list in a publication that also has `schemas`");
  }
}

function checkReplacement(args: Arguments, before: Partial<Checked>, desired: Checked): void {
  if (before.name === undefined || hasUnknown([desired.name, desired.allTables])) return;
  if (before.name !== desired.name)
    args.problem("name", `"${before.name}" would be renamed to "${desired.name}".\n${RUNNING_PIPE}`);
  if (Boolean(before.allTables) !== Boolean(desired.allTables)) {
    args.problem(
      "allTables",
      `Postgres cannot change a publication between all tables and a list in place.\n${RUNNING_PIPE}`,
    );
  }
}
