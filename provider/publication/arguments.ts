import { type Arguments, canonicalList, type Inputs } from "../lifecycle/arguments";
import { DEFAULT_PUBLICATION, OPERATIONS } from "../lifecycle/defaults";
import { readTables } from "../lifecycle/tables";
import { hasUnknown, isUnknown } from "../lifecycle/unknown";
import { identifier } from "../postgres/sql/statement";
import { compareText } from "../text";
import { RUNNING_PIPE } from "./refusals";
import { isReadAsWritten } from "./sql/name";

export function checkPublication(args: Arguments, olds: Inputs): Inputs {
  const adopt = args.flag("adopt");
  const inputs = {
    name: publicationName(args),
    allTables: args.flag("allTables") || undefined,
    tables: readTables(args, true),
    schemas: canonicalList(args.identifiers("schemas"), compareText),
    // An adopted publication keeps what the program does not mention.
    publish: operations(args) ?? (adopt === true ? undefined : [...OPERATIONS]),
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
  if (inputs.allowReplace !== true) checkReplacement(args, olds, inputs);
  return inputs;
}

function publicationName(args: Arguments): string {
  const name = args.identifier("name") ?? DEFAULT_PUBLICATION;
  if (!isUnknown(name) && !isReadAsWritten(name)) {
    args.problem(
      "name",
      `"${name}" would be read as another name by pgoutput, which folds upper case and splits at blanks, commas and quotes: ` +
        "up to Postgres 17 the pipe fails, on 18 it silently gets nothing. Use lower case, digits, _ and -. One that has this name " +
        `already, no pipe can read: ALTER PUBLICATION ${identifier(name)} RENAME TO …`,
    );
  }
  return name;
}

function operations(args: Arguments): string[] | undefined {
  const list = args.list("publish", (value, path) => {
    if (OPERATIONS.includes(value as string)) return value as string;
    args.problem(path, `expected one of ${OPERATIONS.join(", ")}`);
    return undefined;
  });
  if (Array.isArray(list) && list.length === 0)
    args.problem("publish", "is empty; leave it out for all four operations");
  return canonicalList(list, (a, b) => OPERATIONS.indexOf(a) - OPERATIONS.indexOf(b));
}

function checkScope(args: Arguments, { allTables, tables, schemas }: Inputs): void {
  if (isUnknown(allTables) || args.problems.length > 0) return;
  if (allTables && (tables !== undefined || schemas !== undefined)) {
    args.problem("allTables", "stands alone: take `tables` and `schemas` out, or `allTables`");
  }
  if (!allTables && tables === undefined && schemas === undefined) {
    args.problem("tables", "say what to publish: `tables`, `schemas` or both, or `allTables: true`");
  }
  const withColumns = Array.isArray(tables) && tables.some((table) => typeof table === "object" && "columns" in table);
  if (withColumns && Array.isArray(schemas) && schemas.length > 0) {
    args.problem("tables", "Postgres takes no list of columns in a publication that also has `schemas`");
  }
}

function checkReplacement(args: Arguments, olds: Inputs, news: Inputs): void {
  if (olds.name === undefined || hasUnknown([news.name, news.allTables])) return;
  if (olds.name !== news.name)
    args.problem("name", `"${olds.name}" would be renamed to "${news.name}". ${RUNNING_PIPE}`);
  if (Boolean(olds.allTables) !== Boolean(news.allTables)) {
    args.problem(
      "allTables",
      `a publication of all tables cannot become one of a list, or the other way, in place. ${RUNNING_PIPE}`,
    );
  }
}
