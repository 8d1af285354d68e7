import { displayIdentifier, displayTable } from "../../postgres/sql/table";
import type { ReadinessCheck } from "../check";
import type { TableFacts } from "../sql/tables";
import { type Facts, isTable } from "./facts";
import { displayColumns, publishGenerated, setIdentity, setIdentityIndex } from "./fixes";
import { every, judgeTables } from "./judge";

export function columnChecks(facts: Facts): ReadinessCheck[] {
  const subject = facts.tables.filter(({ exists }) => exists);
  return [
    judgeTables(
      "columnsLeft",
      subject.filter(({ columnless }) => columnless),
      `${every("table", subject, facts.tables)} has columns to replicate`,
      {
        detail: "no column, or all columns are excluded",
        fix: (table) => `leave ${displayTable(table)} out, or remove columns from its \`excludedColumns\``,
      },
    ),
    judgeTables(
      "excludedColumns",
      subject.filter(({ unknownColumns }) => unknownColumns.length > 0),
      `all excluded columns of ${every("table", subject, facts.tables)} exist`,
      {
        status: "warning",
        detail: "excluded columns that do not exist, and so have no effect",
        display: (table) => displayColumns(table, table.unknownColumns),
        fix: (table) => `correct \`excludedColumns\` of ${displayTable(table)}`,
      },
    ),
  ];
}

/** The initial load includes generated columns. Changes include them only if the publication publishes them. */
export function generatedChecks(facts: Facts): ReadinessCheck[] {
  const { server, publication } = facts;
  const tables = facts.tables.filter(isTable);
  const others = tables.filter(({ generatedInKey }) => !generatedInKey);
  const since18 = server.versionNumber >= 180000;
  const publishable = ({ listed, generated, virtual }: TableFacts) =>
    since18 && listed === null && !generated.some((name) => virtual.includes(name));
  return [
    judgeTables(
      "generatedKey",
      tables.filter(({ generatedInKey }) => generatedInKey),
      `no ${tables.length < facts.tables.length ? "other " : ""}key contains a generated column`,
      {
        detail: "a generated column in the key arrives as NULL with every change",
        fix: (table) => (since18 ? publishGenerated(publication) : otherKey(table)),
      },
    ),
    judgeTables(
      "generatedColumns",
      others.filter(({ generated }) => generated.length > 0),
      `no ${others.length < facts.tables.length ? "other table has" : "table has"} generated columns that later changes set to NULL`,
      {
        status: "warning",
        detail: "the initial load fills generated columns, and later changes set them to NULL",
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
  return `create a unique index on other columns that are all NOT NULL, then ${setIdentity(table, "USING INDEX …")}`;
}
