import { describe, expect, test } from "vitest";
import { resolveSettings } from "../../provider/lifecycle/settings";

const from = (configured: Record<string, string>, environment: Record<string, string> = {}) =>
  resolveSettings(
    (name) => configured[name],
    (name) => environment[name],
  );
const URI = "postgres://admin:secret@db.example.com:5433/app";

describe("the connection", () => {
  test("comes from a URI, with its parts decoded", () => {
    const uri = "postgresql://ad%40min:p%2Fw%20%40@db.example.com/my%20app?sslmode=require&channel_binding=require";
    expect(from({ connectionUri: uri }).postgres).toMatchObject({
      host: "db.example.com",
      port: 5432,
      user: "ad@min",
      password: "p/w @",
      database: "my app",
      sslmode: "require",
      channelBinding: "require",
    });
  });

  test("has its parts overridden by separate fields of the same source", () => {
    const { postgres } = from({ connectionUri: URI, port: "6000", password: "other" });
    expect(postgres).toMatchObject({ host: "db.example.com", port: 6000, password: "other", user: "admin" });
  });

  test("is never mixed from two sources", () => {
    const environment = { DATABASE_URL: "postgres://env:envpw@env.example.com/env", PGPASSWORD: "pgpw" };
    expect(from({ host: "db.example.com", database: "app", user: "admin" }, environment).postgres).not.toHaveProperty(
      "password",
    );
    expect(from({}, environment).postgres).toMatchObject({ host: "env.example.com", password: "envpw" });
    expect(
      from({}, { PGHOST: "pg.example.com", PGUSER: "u", PGDATABASE: "d", PGPASSWORD: "pgpw" }).postgres,
    ).toMatchObject({
      host: "pg.example.com",
      password: "pgpw",
    });
  });

  test("is verified in full, unless the host is local or the user sets something else", () => {
    expect(from({ connectionUri: URI }).postgres).toMatchObject({ sslmode: "verify-full" });
    for (const host of ["localhost", "127.0.0.1", "127.8.8.8", "[::1]"]) {
      expect(from({ connectionUri: `postgres://a:b@${host}/app` }).postgres).toMatchObject({ sslmode: "disable" });
    }
    expect(from({ connectionUri: URI, sslmode: "verify-ca" }).postgres).toMatchObject({ sslmode: "verify-ca" });
  });

  test("has the documented limits unless others are given", () => {
    expect(from({ connectionUri: URI }).postgres).toMatchObject({
      ...{ connectTimeout: 60, statementTimeout: 60, lockTimeout: 5, deleteTimeout: 60, maxConnections: 1 },
    });
    expect(from({ connectionUri: URI, maxConnections: "0" }).postgres).toEqual({
      problem: expect.stringContaining("maxConnections"),
    });
    expect(from({ connectionUri: URI, lockTimeout: "soon" }).postgres).toEqual({
      problem: expect.stringContaining("lockTimeout"),
    });
  });
});

describe("Neon's API", () => {
  test("gets each value separately: from arguments or config first, then from the environment", () => {
    const environment = { NEON_API_KEY: "env_key", NEON_API_HOST: "https://neon.example.com/api/v2/" };
    expect(from({}, environment).neon).toEqual({ apiKey: "env_key", apiUrl: "https://neon.example.com/api/v2" });
    expect(from({ neonApiKey: "own" }, environment).neon).toEqual({
      apiKey: "own",
      apiUrl: "https://neon.example.com/api/v2",
    });
    expect(from({ neonApiKey: "own" }).neon).toEqual({ apiKey: "own", apiUrl: "https://console.neon.tech/api/v2" });
  });

  test("works with a newline at the end of a value, and the key is secret without the newline", () => {
    const { neon, secrets } = from({}, { NEON_API_KEY: "napi_key\r\n", NEON_API_HOST: " https://neon.example.com/\n" });
    expect(neon).toEqual({ apiKey: "napi_key", apiUrl: "https://neon.example.com" });
    expect(secrets).toEqual(["napi_key"]);
  });

  test.each([
    ["neonApiKey", "napi\nkey"],
    ["neonApiKey", "napi_ключ"],
    ["neonApiUrl", "console.neon.tech"],
    ["neonApiUrl", "https://neon.example.com/?version=2"],
    ["neonApiUrl", "https://neon.example.com/ api"],
  ])("is not called if %s cannot be right: %j", (name, value) => {
    const { neon } = from({ neonApiKey: "napi_key", [name]: value });
    expect(neon).toEqual({ problem: expect.stringMatching(`^${name}: `) });
    expect(neon).not.toEqual({ problem: expect.stringContaining(value) });
  });
});

test("the secrets are the key, the URI and the password in it", () => {
  expect(from({ connectionUri: URI, neonApiKey: "napi_key" }).secrets).toEqual(["napi_key", URI, "secret"]);
});
