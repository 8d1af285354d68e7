import { notOurs } from "../errors";
import { sameStack } from "../sql/mark";
import { type DesiredPublication, displayTables, type Filters, planPublication } from "../sql/publicationPlan";
import { readPublication, toPublication } from "../sql/publicationRead";
import { readUnpublishable, readUnsafeWish, type UnsafeTable } from "../sql/publicationSafety";
import { readServer, toServer } from "../sql/server";
import { compareText, parseTable, type TableSpec } from "../sql/table";
import { type Arguments, canonicalList, type Inputs } from "./arguments";
import type { Context } from "./context";
import type { Lifecycle } from "./lifecycle";
import { createPublicationResource, updatePublication } from "./publicationChange";
import { readPublicationResource } from "./publicationRefresh";
import { needsReplacement, RUNNING_PIPE, supported, unpublishable, unsafeTables } from "./publicationRefusals";
import { removePublication } from "./publicationRemoval";
import { readTables } from "./tables";
import { hasUnknown, isUnknown } from "./unknown";

export interface PublicationInputs extends Inputs {
  mark: string;
  name: string;
  allTables?: boolean;
  tables?: TableSpec[];
  schemas?: string[];
  publish?: string[];
  publishViaPartitionRoot?: boolean;
  publishGeneratedColumns?: "none" | "stored";
  owner?: string;
  comment?: string;
  adopt?: boolean;
  deleteAdopted?: boolean;
  allowReplace?: boolean;
  allowUnsafeTables?: boolean;
  allowLeftoverSlots?: boolean;
}

export interface PublicationState extends PublicationInputs {
  oid: number;
  target: unknown;
  token: string;
  filters?: Filters;
  adopted?: boolean;
  /** What an adopted publication was like before, where we changed it. */
  before?: Partial<DesiredPublication> & { added?: TableSpec[]; comment?: string | null };
  /** What a refresh found missing, until an update mends it: changes made meanwhile are lost to the pipe. */
  lost?: string[];
}

export const OPERATIONS = ["insert", "update", "delete", "truncate"];

export const publication: Lifecycle = {
  needs: () => ["postgres"],
  arguments: [
    "name",
    "allTables",
    "tables",
    "schemas",
    "publish",
    "publishViaPartitionRoot",
    "publishGeneratedColumns",
    "owner",
    "comment",
    "adopt",
    "deleteAdopted",
    "allowReplace",
    "allowUnsafeTables",
    "allowLeftoverSlots",
  ],

  check(args, olds) {
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
  },

  look,
  create: createPublicationResource,
  read: readPublicationResource,
  update: updatePublication,
  remove: removePublication,
};

/** pgoutput reads `publication_names` as a list of unquoted identifiers: it folds them, and splits at blanks and commas. */
function publicationName(args: Arguments): string {
  const name = args.identifier("name") ?? "clickpipes_publication";
  if (!isUnknown(name) && /[A-Z\s,"]/.test(name)) {
    args.problem(
      "name",
      `"${name}" would be read as another name by pgoutput, which folds upper case and splits at blanks, commas and quotes: ` +
        "up to Postgres 17 the pipe fails, on 18 it silently gets nothing. Use lower case, digits, _ and -",
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

async function look(context: Context, olds: Inputs, inputs: Inputs): Promise<void> {
  const wish = inputs as PublicationInputs;
  const desired = toDesired(wish);
  if (wish.allTables) {
    context.warn(
      "publishes all tables: each one made without a primary key will have its UPDATEs and DELETEs fail, and every change of every table is decoded. List tables or schemas instead",
    );
  }
  const seen = await context.lookAt((session) =>
    session.run(
      readServer,
      readPublication(session.version, null, (olds.name as string | undefined) ?? wish.name),
      readUnpublishable(desired.tables, desired.schemas),
      readUnsafeWish(session.version, {
        ...desired,
        publish: desired.publish,
        generatedColumns: desired.generatedColumns,
      }),
    ),
  );
  if (!seen) return;
  const server = toServer(seen[0]?.rows[0] ?? {});
  context.checkPlace(server);
  supported(server, desired);
  const actual = toPublication(seen[1]?.rows[0]);
  if (actual && olds.name === undefined) lookAtExisting(context, actual.marked.owner?.mark, wish);
  if (actual && olds.name !== undefined)
    lookAtReplacement(context, wish, planPublication(desired, actual, {}, server.superuser));
  const absent = unpublishable(seen[2]?.rows ?? [], server, true);
  if (absent.length > 0) context.warn(`not in the database (yet): ${absent.join(", ")}`);
  const published = new Set(actual?.tables.map((table) => JSON.stringify([table.schema, table.name])));
  const unsafe = ((seen[3]?.rows ?? []) as unknown as UnsafeTable[]).filter(
    ({ schema, name }) => !published.has(JSON.stringify([schema, name])),
  );
  if (unsafe.length > 0 && !wish.allowUnsafeTables) throw unsafeTables(unsafe);
}

function lookAtExisting(context: Context, owner: string | undefined, wish: PublicationInputs): void {
  if (owner === wish.mark) return;
  if (!wish.adopt)
    throw notOurs({ kind: "publication", name: wish.name, mark: owner, sameStack: sameStack(owner ?? "", wish.mark) });
  context.inform(`publication "${wish.name}" exists and would be adopted`);
}

function lookAtReplacement(context: Context, wish: PublicationInputs, plan: ReturnType<typeof planPublication>): void {
  if (plan.replace.length > 0 && !wish.allowReplace) throw needsReplacement(plan.replace);
  if (plan.replace.length > 0 || plan.renamed) {
    context.warn(
      `publication "${wish.name}" will be ${plan.renamed ? "renamed" : "dropped and made again"}: a ClickPipe that reads it has to be resynced afterwards`,
    );
  }
  if (plan.removed.length > 0) context.inform(`takes out of the publication: ${displayTables(plan.removed)}`);
}

export function toDesired(inputs: PublicationInputs): DesiredPublication {
  const {
    name,
    allTables = false,
    tables = [],
    schemas = [],
    publish,
    publishViaPartitionRoot,
    publishGeneratedColumns,
    owner,
  } = inputs;
  return {
    name,
    allTables,
    tables: tables.map(parseTable),
    schemas,
    publish,
    viaRoot: publishViaPartitionRoot,
    generatedColumns: publishGeneratedColumns,
    owner,
  };
}
