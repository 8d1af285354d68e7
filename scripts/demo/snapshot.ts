import { withClient } from "./sample";

/** What `pulumi up` could have changed, one sentence each. ACLs are expanded: an empty one and its spelt-out default mean the same. */
const FACTS: Record<string, string> = {
  setting: /* SQL */ `select name || ' = ' || setting from pg_settings where name = 'wal_level'`,
  role: /* SQL */ `
    select concat_ws(' ', rolname, to_jsonb(r) - 'oid' - 'rolname' - 'rolpassword', shobj_description(oid, 'pg_authid'))
    from pg_roles r where rolname !~ '^pg_'`,
  member: /* SQL */ `select roleid::regrole || ' has member ' || member::regrole from pg_auth_members`,
  database: /* SQL */ `
    select concat_ws(' ', datname, a.grantee::regrole, a.privilege_type, a.is_grantable)
    from pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba))) a`,
  schema: /* SQL */ `
    select concat_ws(' ', nspname, a.grantee::regrole, a.privilege_type, a.is_grantable)
    from pg_namespace, aclexplode(coalesce(nspacl, acldefault('n', nspowner))) a where nspname !~ '^pg_(toast|temp)'`,
  relation: /* SQL */ `
    select concat_ws(' ', c.oid::regclass, c.relreplident, a.grantee::regrole, a.privilege_type, a.is_grantable)
    from pg_class c, aclexplode(coalesce(relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner))) a
    where c.oid >= 16384 and relkind in ('r', 'p', 'v', 'm', 'f', 'S')`,
  column: /* SQL */ `
    select concat_ws(' ', attrelid::regclass, attname, attacl::text) from pg_attribute where attacl is not null and attrelid >= 16384`,
  "default privilege": /* SQL */ `
    select concat_ws(' ', defaclrole::regrole, defaclnamespace, defaclobjtype, defaclacl::text) from pg_default_acl`,
  comment: /* SQL */ `
    select concat_ws(' ', classoid::regclass, objoid, objsubid, description) from pg_description where objoid >= 16384`,
  publication: /* SQL */ `select to_jsonb(p)::text from pg_publication p`,
  "published table": /* SQL */ `select to_jsonb(p)::text from pg_publication_rel p`,
  "replication slot": /* SQL */ `select slot_name::text from pg_replication_slots`,
};

export interface NeonAccess {
  apiUrl: string;
  apiKey: string;
  projectId: string;
}

export async function takeSnapshot(superuserUri: string, neon: NeonAccess): Promise<string[]> {
  return [...(await readFacts(superuserUri)), `IP Allow: ${await readAllowedIps(neon)}`].sort();
}

export function readFacts(superuserUri: string): Promise<string[]> {
  return withClient(superuserUri, async (client) => {
    const lines: string[] = [];
    for (const [kind, query] of Object.entries(FACTS)) {
      const { rows } = await client.query<[string]>({ text: query, rowMode: "array" });
      lines.push(...rows.map(([fact]) => `${kind}: ${fact}`));
    }
    return lines.sort();
  });
}

async function readAllowedIps({ apiUrl, apiKey, projectId }: NeonAccess): Promise<string> {
  const url = `${apiUrl}/projects/${projectId}`;
  const response = await fetch(url, { headers: { authorization: `Bearer ${apiKey}` } });
  if (!response.ok) throw new Error(`GET ${url}: HTTP ${response.status}`);
  const { project } = (await response.json()) as { project: { settings: { allowed_ips?: object } } };
  return JSON.stringify(project.settings.allowed_ips ?? null);
}

/** The lines that only one of the two has, marked - and +. */
export function compareSnapshots(before: string[], after: string[]): string[] {
  return [
    ...before.filter((line) => !after.includes(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
  ];
}
