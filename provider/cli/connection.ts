import type { PostgresSettings } from "../postgres/connectionSettings";

const NEEDED = ["host", "port", "database", "user", "password", "publication"] as const;

/** What `pulumi stack output connection --json --show-secrets` prints. */
export type Connection = Record<Exclude<(typeof NEEDED)[number], "port">, string> & { port: number };

/** The connection of a source, or the problem with it, which never quotes the text. */
export function readConnection(input: string): Connection | { problem: string } {
  const value = parse(input);
  if (value === undefined)
    return {
      problem:
        "--connection-stdin: standard input is not the JSON of a connection.\n" +
        "Use: pulumi stack output connection --json --show-secrets | npx pulumi-neon-clickpipes check --connection-stdin",
    };
  const missing = NEEDED.filter((name) => value[name] === undefined);
  if (missing.length > 0) return { problem: `--connection-stdin: the connection lacks ${missing.join(", ")}.` };
  if (value.password === "[secret]")
    return {
      problem: "--connection-stdin: the password is hidden.\nAdd --show-secrets to `pulumi stack output`.",
    };
  const text = (name: (typeof NEEDED)[number]) => String(value[name]);
  return {
    ...{ host: text("host"), port: Number(value.port), database: text("database") },
    ...{ user: text("user"), password: text("password"), publication: text("publication") },
  };
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** The admin's and the source's database have to be one, or the report would be of two. Empty if they are. */
export function otherDatabase(
  { host, port, database }: Connection,
  admin: Pick<PostgresSettings, "host" | "port" | "database">,
): string[] {
  if (host === admin.host && port === admin.port && database === admin.database) return [];
  return [
    `--connection-stdin: the connection is to ${host}:${port}/${database}, and the admin's to ${admin.host}:${admin.port}/${admin.database}.\n` +
      "Give the admin's connection to the same database in --uri or DATABASE_URL.",
  ];
}
