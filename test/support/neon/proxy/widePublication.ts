import type { HiddenAnswer } from "./hiddenQuery";
import type { PublicationPrivilege } from "./publicationPrivilege";
import type { Outcome } from "./serverAnswers";

/** Whether Neon would let the session's role make a publication that vanilla refuses. */
const RIGHT = `
  select rolname::text
    from pg_catalog.pg_roles
   where rolname = current_user and not rolsuper
     and pg_catalog.pg_has_role(oid, 'neon_superuser', 'usage')
     and pg_catalog.has_database_privilege(pg_catalog.current_database(), 'create')`;

/** Within a transaction a session takes notice of what others changed when a new statement looks up a table. */
const TAKE_NOTICE = "select from pg_catalog.pg_class limit 0";

/** Neon waives the superuser and not the owner: a table of the new publication that belongs to somebody else. */
const FOREIGN_TABLE = `
  select c.relname::text
    from pg_catalog.pg_publication p
    join pg_catalog.pg_publication_rel r on r.prpubid = p.oid
    join pg_catalog.pg_class c on c.oid = r.prrelid
   where pg_catalog.pg_xact_status(p.xmin::text::xid8) = 'in progress'
     and not pg_catalog.pg_has_role(c.relowner, 'usage')
   limit 1`;

export interface WidePublication {
  privilege: PublicationPrivilege;
  /** Asks in the client's session. */
  ask(sql: string): Promise<HiddenAnswer>;
  /** Sends the client's statement on, in a transaction that is not committed before `create` is over. */
  run(): Promise<Outcome>;
}

/** Creates a publication with the rights Neon adds; a refusal of our own has aborted the transaction. */
export async function createWidePublication(
  publication: WidePublication,
): Promise<{ outcome: Outcome; refusal?: string }> {
  const { privilege, ask, run } = publication;
  let outcome: Outcome | undefined;
  await privilege.lend(
    async () => (await ask(RIGHT)).rows[0]?.[0],
    async () => {
      await ask(TAKE_NOTICE);
      outcome = await run();
    },
  );
  if (outcome === undefined) return { outcome: await run() };
  if (outcome !== "done") return { outcome };
  await ask(TAKE_NOTICE);
  const foreign = (await ask(FOREIGN_TABLE)).rows[0]?.[0];
  if (foreign === undefined) return { outcome };
  await ask("select 1/0");
  return { outcome: "error", refusal: `must be owner of table ${foreign}` };
}
