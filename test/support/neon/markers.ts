import { runAt } from "../postgres/session";

/** The comments of the ClickPipes user and of the publication, as SQL literals: a branch or a restore copies them. */
export async function quotedComments(uri: string): Promise<{ role: string; publication: string }> {
  const [comments] = await runAt<{ role: string; publication: string }>(
    uri,
    `select quote_literal(shobj_description(r.oid, 'pg_authid')) as role,
            quote_literal(obj_description(p.oid, 'pg_publication')) as publication
       from pg_roles r, pg_publication p where r.rolname = 'clickpipes_user'`,
  );
  if (!comments) throw new Error("there is no role clickpipes_user, or no publication");
  return comments;
}
