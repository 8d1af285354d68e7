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

export function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as T;
}
