import { displayIdentifier, displayTable } from "../../postgres/sql/table";
import type { ReadinessCheck } from "../check";
import type { TableFacts } from "../sql/tables";
import { type Facts, isTable } from "./facts";
import { displayColumns, publishGenerated, setIdentity, setIdentityIndex } from "./fixes";
import { judgeTables } from "./judge";

export function columnChecks(facts: Facts): ReadinessCheck[] {
  const tables = facts.tables.filter(isTable);
  return [
    judgeTables(
      "columnsLeft",
      tables.filter(({ columns }) => columns?.length === 0),
      "every table has columns to replicate",
      {
        detail: "all columns are excluded",
        fix: (table) => `leave ${displayTable(table)} out, or take columns out of its \`excludedColumns\``,
      },
    ),
    judgeTables(
      "excludedColumns",
      tables.filter(({ unknownColumns }) => unknownColumns.length > 0),
      "all excluded columns exist",
      {
        status: "warning",
        detail: "no such columns, and so they exclude nothing",
        display: (table) => displayColumns(table, table.unknownColumns),
        fix: (table) => `correct \`excludedColumns\` of ${displayTable(table)}`,
      },
    ),
  ];
}

/** Generated columns come with the first load; with changes, only where the publication publishes them. */
export function generatedChecks(facts: Facts): ReadinessCheck[] {
  const { server, publication } = facts;
  const tables = facts.tables.filter(isTable);
  const since18 = server.versionNumber >= 180000;
  const publishable = ({ listed, generated, virtual }: TableFacts) =>
    since18 && listed === null && !generated.some((name) => virtual.includes(name));
  return [
    judgeTables(
      "generatedKey",
      tables.filter(({ generatedInKey }) => generatedInKey),
      "no key holds a generated column",
      {
        detail: "a generated column in the key comes as NULL with each change",
        fix: (table) => (since18 ? publishGenerated(publication) : otherKey(table)),
      },
    ),
    judgeTables(
      "generatedColumns",
      tables.filter(({ generated, generatedInKey }) => generated.length > 0 && !generatedInKey),
      "no generated column in the pipe",
      {
        status: "warning",
        detail: "generated columns are in the first load, and NULL in later changes",
        display: (table) => displayColumns(table, table.generated),
        fix: (table) =>
          publishable(table)
            ? publishGenerated(publication)
            : `list ${table.generated.map(displayIdentifier).join(", ")} in \`excludedColumns\` of ${displayTable(table)}`,
      },
    ),
  ];
}

function otherKey(table: TableFacts): string {
  if (table.otherIndex !== null) return setIdentityIndex(table, table.otherIndex);
  return `make a unique index over other columns, all NOT NULL, then ${setIdentity(table, "USING INDEX …")}`;
}
