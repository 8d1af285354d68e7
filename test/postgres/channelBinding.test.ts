import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCheck } from "../support/echo/command";
import * as answers from "../support/impostor/answers";
import { loginBy, type Method, startWithMethods } from "../support/impostor/methods";
import { ARGUMENTS, ImpostorScene, READER, REQUIRED, VERBS } from "../support/impostor/scene";
import type { Answer } from "../support/impostor/server";
import { Managed } from "../support/managed";
import type { PostgresServer } from "../support/postgres/servers";

const { asksForCleartext, asksForGss, asksForMd5, EVIL, LESS, letsIn, mechanismOf, offersPlainScram } = answers;
const KINDS = Object.keys(ARGUMENTS);
const ALL = Object.entries(LESS).map(([name, less]) => ({ name, ...less }));
const OVER_TLS = ALL.filter(({ offersTls }) => offersTls !== false);

function blockedIn(outputs: object = {}): string[] {
  const { report } = outputs as { report: { status: string; detail: string }[] };
  return report.filter(({ status }) => status === "blocked").map(({ detail }) => detail);
}

describe("channel_binding=require, with an impostor in between that has the server's own certificate", () => {
  let scene: ImpostorScene;
  const verified = () => scene.config("sslmode=verify-full&channel_binding=require");

  beforeAll(async () => {
    scene = await ImpostorScene.start();
  });
  afterAll(() => scene?.stop());

  test("a real server serves a whole life, each login bound to its certificate", async () => {
    expect(blockedIn(scene.source.get("SourceReadiness")?.outputs)).toEqual([]);
    for (const config of [scene.config(), verified()]) {
      scene.meet(scene.real);
      for (const verb of ["refresh", "update"] as const)
        for (const kind of KINDS) expect(await scene.doing(verb, kind, config)).toBeTruthy();
      expect(scene.impostor.attempts.length).toBeGreaterThan(8);
      expect(new Set(scene.impostor.attempts.map(mechanismOf))).toEqual(new Set(["SCRAM-SHA-256-PLUS"]));
    }
    await scene.destroy();
    await scene.make();
  });

  test.each(ALL)(
    "a server that $name gets nothing, is tried once for each verb, and the error says why",
    async (less) => {
      scene.meet(() => less.answer, less);
      for (const config of [scene.config(), verified()])
        for (const verb of VERBS) {
          const { words, tries, gone } = await scene.told(() => scene.doing(verb, "ClickPipesUser", config));
          expect.soft({ verb, tries, gone, words }).toEqual({ verb, tries: 1, gone: [], words: [expect.any(String)] });
          for (const says of [less.says, /channel_binding=require/, /verify-full|scram-sha-256/])
            expect.soft(words[0]).toMatch(says);
          for (const other of ALL) if (other.name !== less.name) expect.soft(words[0]).not.toMatch(other.says);
        }
    },
  );

  test.each(Object.entries(EVIL))(
    "a server that %s gets nothing more, and is tried once",
    async (_name, { answer, may = [] }) => {
      scene.meet(() => answer);
      const { words, tries, gone } = await scene.told(() => scene.doing("refresh", "ClickPipesUser"));
      expect({ tries, gone, words }).toEqual({ tries: 1, gone: may, words: [expect.any(String)] });
    },
  );

  test("every resource is equally careful", async () => {
    scene.meet(() => asksForCleartext);
    for (const kind of KINDS)
      for (const verb of VERBS) {
        // It reads nothing before it is created, and leaves nothing to delete.
        if (kind === "SourceReadiness" && (verb === "preview" || verb === "delete")) continue;
        const { words, tries, gone } = await scene.told(() => scene.doing(verb, kind));
        const expected = { kind, verb, tries: 1, gone: [], words: [expect.stringMatching(/in clear/)] };
        expect.soft({ kind, verb, tries, gone, words }).toEqual(expected);
      }
  });

  describe("for the ClickPipes user alone", () => {
    test.each(OVER_TLS)("a server that $name gets nothing from the probes of readiness", async ({ answer, says }) => {
      scene.meetAsReader(answer);
      const { props } = (await scene.doing("refresh", "SourceReadiness")) as { props: object };
      expect(blockedIn(props)).toEqual([expect.stringMatching(says), expect.stringMatching(says)]);
      const kinds = scene.readers.map(({ startup }) => startup.replication ?? "none");
      expect(kinds.sort()).toEqual(["database", "none"]);
      expect(scene.gone("reader")).toEqual([]);
    });

    test.each(OVER_TLS)("a server that $name gets nothing from the login that proves a password", async (less) => {
      scene.meetAsReader(less.answer);
      for (const verb of ["create", "refresh", "update"] as const) {
        const { words } = await scene.told(() => scene.doing(verb, "ClickPipesUser"));
        // The role is there already.
        const failure = words.filter((line) => !line.includes("It was taken over."));
        const told = { verb, words: failure, tries: scene.readers.length, gone: scene.gone("reader") };
        expect.soft(told).toEqual({ verb, words: [expect.stringMatching(less.says)], tries: 1, gone: [] });
      }
    });
  });

  describe("the check command", () => {
    const check = (...more: string[]) => {
      const env = { DATABASE_URL: scene.uri(REQUIRED), CLICKPIPES_PASSWORD: READER };
      return runCheck(["--role", "reader", "--publication", "pipe", ...more], env);
    };

    test.each(ALL)("sends a server that $name nothing, and tries once", async (less) => {
      scene.meet(() => less.answer, less);
      const { status, stdout, stderr } = await check();
      expect({ status, stdout, tries: scene.impostor.attempts.length }).toEqual({ status: 2, stdout: "", tries: 1 });
      expect(stderr).toMatch(less.says);
      expect(scene.gone()).toEqual([]);
    });

    test("fails with a message if the server asks for what pg does not support", async () => {
      scene.meet(() => asksForGss);
      const { status, stderr } = await check();
      expect(status).toBe(2);
      expect(stderr).not.toMatch(/\n {4}at /);
    });

    test("reports it in JSON too, and for the ClickPipes user in the report", async () => {
      scene.meet(() => asksForMd5);
      const { stdout } = await check("--json");
      const error = expect.stringMatching(/MD5.*\s.*channel_binding=require/);
      expect(JSON.parse(stdout)).toMatchObject({ status: "error", error });
      scene.meetAsReader(asksForMd5);
      expect(blockedIn(JSON.parse((await check("--json")).stdout))).toEqual([error, error]);
      expect(scene.impostor.attempts).toHaveLength(3);
    });
  });

  describe("without channel_binding=require", () => {
    test.each(["", "&channel_binding=prefer", "&channel_binding=disable"])(
      "sslmode=require%s sends a server what it asks for, so the tests above can fail",
      async (binding) => {
        const gone = async (answer: Answer) => {
          scene.meet(() => answer);
          const config = { ...scene.config(`sslmode=require${binding}`), "clickpipes:connectTimeout": "1" };
          await scene.told(() => scene.doing("create", "Publication", config));
          return [...new Set(scene.gone())];
        };
        expect(await gone(asksForCleartext)).toEqual(["a password"]);
        expect(await gone(asksForMd5)).toEqual(["an MD5 hash"]);
        expect(await gone(offersPlainScram)).toEqual(["a proof"]);
        expect(await gone(letsIn("10.23"))).toEqual(["a statement"]);
      },
    );

    test.each([
      ["", "SCRAM-SHA-256-PLUS"],
      ["&channel_binding=prefer", "SCRAM-SHA-256-PLUS"],
      ["&channel_binding=disable", "SCRAM-SHA-256"],
    ])("sslmode=require%s chooses %s at a real server, as libpq does", async (binding, mechanism) => {
      scene.meet(scene.real);
      await scene.doing("refresh", "Publication", scene.config(`sslmode=require${binding}`));
      expect(scene.impostor.attempts.map(mechanismOf)).toEqual([mechanism]);
    });

    test("a server that starts is waited for", async () => {
      const starts = answers.refuses("57P03", "the database system is starting up");
      scene.meet((startup) => (scene.impostor.attempts.length === 1 ? starts : scene.real(startup)));
      await scene.doing("refresh", "Publication");
      expect(scene.impostor.attempts).toHaveLength(2);
    });

    test("a local host, which defaults to no TLS, gets nothing in clear text under channel_binding=require", async () => {
      scene.meet(() => asksForCleartext);
      const work = () => scene.doing("refresh", "Publication", scene.config("channel_binding=require"));
      const { words, gone } = await scene.told(work);
      expect({ words, gone }).toEqual({ words: [expect.stringMatching(/channel.binding/)], gone: [] });
    });
  });
});

describe.each([14, 18] as const)("a real Postgres %i over TLS", (version) => {
  let server: PostgresServer;

  beforeAll(async () => {
    server = await startWithMethods(version);
  });
  afterAll(() => server?.stop());

  async function life(method: Method, query: string): Promise<void> {
    const uri = server.uri(loginBy(method)).replace(/\?.*/, `?${query}`);
    const managed = new Managed("Publication", "it", { "clickpipes:connectionUri": uri });
    await managed.up({ name: "pipe", tables: ["public.orders"] });
    expect(await managed.refresh()).toBe(false);
    await managed.destroy();
  }

  test("that asks for SCRAM works under channel_binding=require", () => life("scram-sha-256", REQUIRED));

  test.each([
    ["trust", /without SCRAM/],
    ["password", /in clear/],
    ["md5", /MD5/],
  ] as const)(
    "whose pg_hba.conf says %s is refused under channel_binding=require, and works without it",
    async (method, says) => {
      await expect(life(method, REQUIRED)).rejects.toThrow(says);
      for (const less of ["", "&channel_binding=prefer", "&channel_binding=disable"])
        await life(method, `sslmode=require${less}`);
    },
  );
});
