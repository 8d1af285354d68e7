/** The parts of a connection. A source of them is the provider's arguments, the stack's config, or the environment. */
export interface ConnectionFields {
  host?: string;
  port?: string;
  database?: string;
  user?: string;
  password?: string;
  sslmode?: string;
  sslrootcert?: string;
  channelBinding?: string;
  options?: string;
}

/** The parts of `postgres://user:password@host:port/database?sslmode=…`, or undefined if the URL is not of that form. */
export function parseConnectionUri(uri: string): ConnectionFields | undefined {
  let url: URL;
  try {
    url = new URL(uri);
    if (!/^postgres(ql)?:$/.test(url.protocol) || url.hostname === "") return undefined;
    // An unescaped # / or ? in the password ends the host early, and leaves the @ behind it.
    if (url.username === "" && `${url.pathname}${url.search}${url.hash}`.includes("@")) return undefined;
    const parameter = (name: string) => url.searchParams.get(name) ?? undefined;
    return withoutUndefined({
      host: decodeURIComponent(url.hostname.replace(/^\[|\]$/g, "")),
      port: url.port || undefined,
      database: decodeURIComponent(url.pathname.slice(1)) || undefined,
      user: decodeURIComponent(url.username) || undefined,
      password: decodeURIComponent(url.password) || undefined,
      sslmode: parameter("sslmode"),
      sslrootcert: parameter("sslrootcert"),
      channelBinding: parameter("channel_binding"),
      options: parameter("options"),
    });
  } catch {
    return undefined;
  }
}

/** What was probably meant by a text that is not a connection URI. Quotes nothing of it, since it may hold a password. */
export function adviceOnUri(text: string): string[] {
  const trimmed = text.trim();
  if (/^psql\s/.test(trimmed))
    return [
      "It is a command for a shell. Leave out `psql` and the quotes: the value begins with postgres:// or postgresql://.",
    ];
  if (/^['"`]/.test(trimmed))
    return ["It is in quotes. Leave them out: the value begins with postgres:// or postgresql://."];
  if (/^postgres(ql)?:\/\/.*@/s.test(trimmed))
    return [
      "A password with # % / ? or other special characters has to be percent-encoded in a URI: # is %23, % is %25, / is %2F, ? is %3F.",
      "Or give `host`, `database`, `user` and `password` separately, as they are.",
    ];
  return [];
}

export function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as T;
}
