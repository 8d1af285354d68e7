import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Lookup, resolveSettings } from "../../provider/lifecycle/settings";
import { asksForCleartext } from "../support/impostor/answers";
import { Anywhere } from "../support/impostor/names";
import { ADMIN } from "../support/impostor/scene";

describe("the given connection", () => {
  const read = (given: Record<string, string>, environment: Record<string, string> = {}) => {
    const { postgres } = resolveSettings(
      ...([given, environment].map((values) => (name: string) => values[name]) as [Lookup, Lookup]),
    );
    return postgres;
  };
  const uri = (query: string) => `postgresql://app:${ADMIN}@db.example.com/app?${query}`;

  test.each([
    ["sslmode=disable&channel_binding=require", {}, /channel_binding.*TLS.*sslmode/],
    ["channel_binding=require", { sslmode: "disable" }, /channel_binding.*TLS.*sslmode/],
    ["channel_binding=required", {}, /channel_binding: expected one of disable, prefer, require/],
    ["channel_binding=REQUIRE", {}, /channel_binding: expected one of disable, prefer, require/],
  ])("with ?%s and %o is refused offline", (query, more, problem) => {
    expect(read({ connectionUri: uri(query), ...more })).toEqual({ problem: expect.stringMatching(problem) });
  });

  test("may come from the variables of libpq, including PGCHANNELBINDING", () => {
    const given = { PGHOST: "db.example.com", PGDATABASE: "app", PGUSER: "app", PGPASSWORD: ADMIN };
    const required = read({ connectionUri: uri("channel_binding=require") });
    expect(read({}, { ...given, PGCHANNELBINDING: "require" })).toEqual(required);
    expect(read({}, given)).not.toEqual(required);
    expect(read({}, { ...given, PGCHANNELBINDING: "required" })).toEqual({
      problem: expect.stringMatching(/expected one of/),
    });
  });
});

describe("sslmode=require and a self-signed certificate", () => {
  const NEON = "ep-a-1.eu-central-1.aws.neon.tech";
  let anywhere: Anywhere;

  beforeAll(async () => {
    anywhere = await Anywhere.start(NEON, asksForCleartext);
  });
  afterAll(() => anywhere?.stop());

  test.each([NEON, NEON.toUpperCase(), `${NEON}.`])(
    "is refused for %s, and the error names sslrootcert",
    async (host) => {
      const { error, ...cost } = await anywhere.destroyed(host, ADMIN);
      expect(cost).toEqual({ tries: 1, startups: 0, gone: [] });
      expect(error).toMatch(/certificate\.\n.*\n.*sslrootcert/);
    },
  );

  test.each(["db.example.com", "not-neon.tech", "neon.tech.example.com"])("is accepted for %s", async (host) => {
    expect((await anywhere.destroyed(host, ADMIN)).gone).toContain("a password");
  });

  test("is accepted for Neon's name if it is given as sslrootcert", async () => {
    const more = { "clickpipes:sslrootcert": anywhere.certificate };
    expect((await anywhere.destroyed(NEON, ADMIN, more)).gone).toContain("a password");
  });
});
