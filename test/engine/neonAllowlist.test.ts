import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createStack, type RunOptions, type Stack } from "../support/engine/stack";
import { type LocalNeon, startLocalNeon } from "../support/neon";

const PROGRAM = `
const clickpipes = require("pulumi-neon-clickpipes");
for (const [name, args] of Object.entries(JSON.parse(process.env.LISTS ?? "{}")))
  new clickpipes.IpAllowlist(name, { projectId: process.env.PROJECT, ...args });
`;
const FOREIGN = ["10.1.2.3/8", "127.0.0.1", "2001:DB8::7", "10.1.2.3/8"];
const OHIO = { cloud: "aws", region: "us-east-2" };
const FRANKFURT = { cloud: "aws", region: "eu-central-1" };
const [OHIO_ADDRESS, FRANKFURT_ADDRESS] = ["3.131.130.196", "18.195.233.217"];

/** Two stacks on one project, step by step: each test goes on where the one before it ended. */
describe("the IP Allow list, with the real engine", () => {
  let neon: LocalNeon;
  let dev: Stack;
  let prod: Stack;

  beforeAll(async () => {
    neon = await startLocalNeon({ allowedIps: FOREIGN, protectedBranchesOnly: true });
    const newStack = (stack: string) =>
      createStack({
        program: PROGRAM,
        language: "javascript",
        stack,
        env: { PROJECT: neon.projectId },
        config: {
          "clickpipes:connectionUri": { secret: neon.connectionUri },
          "clickpipes:neonApiKey": { secret: neon.apiKey },
          "clickpipes:neonApiUrl": neon.apiUrl,
        },
      });
    [dev, prod] = await Promise.all([newStack("dev"), newStack("prod")]);
  });
  afterAll(async () => {
    await Promise.all([dev?.remove(), prod?.remove()]);
    await neon?.stop();
  });

  const wishing = (lists: object, options: RunOptions = {}): RunOptions => ({
    skipPreview: true,
    ...options,
    env: { LISTS: JSON.stringify(lists) },
  });
  const list = () => neon.project.settings.allowed_ips.ips ?? [];
  const set = (...ips: string[]) => {
    neon.project.settings.allowed_ips = { ips, protected_branches_only: false };
  };
  const written = () =>
    neon.requests.flatMap(({ method, body }) =>
      method === "PATCH"
        ? [(body as { project: { settings: { allowed_ips: { ips: string[] } } } }).project.settings.allowed_ips]
        : [],
    );

  test("two stacks, one of them with two lists, write at the same time, and no entry is lost", async () => {
    await Promise.all([
      dev.up(wishing({ one: { clickPipesRegion: OHIO }, other: { ips: ["192.0.2.1/32"] } })),
      prod.up(wishing({ one: { ips: ["192.0.2.7/24", "2001:db8:0::1"] } })),
    ]);
    expect(list().slice(0, FOREIGN.length)).toEqual(FOREIGN);
    expect(list()).toEqual(expect.arrayContaining([OHIO_ADDRESS, "192.0.2.1", "192.0.2.0/24", "2001:db8::1"]));
    expect(new Set(list()).size).toBe(FOREIGN.length - 1 + 6 + 3);
    expect(neon.project.settings.allowed_ips.protected_branches_only).toBe(true);
  });

  test("a new region changes the addresses in one write, which keeps other entries and drops the old addresses", async () => {
    const before = written().length;
    const { output } = await dev.up(
      wishing(
        { one: { clickPipesRegion: FRANKFURT, ips: ["203.0.113.9"] }, other: { ips: ["192.0.2.1"] } },
        { skipPreview: false, args: ["--diff"] },
      ),
    );
    expect(output).toMatch(new RegExp(`[-~] .*${OHIO_ADDRESS}`));
    expect(written().length - before).toBe(1);
    expect(list()).toEqual(expect.arrayContaining([FRANKFURT_ADDRESS, "192.0.2.1", "203.0.113.9"]));
    expect(list()).not.toContain(OHIO_ADDRESS);
    expect(list().slice(0, FOREIGN.length)).toEqual(FOREIGN);
  });

  test("a failure after the write is resumed by the next up, and leaves nothing behind", async () => {
    const lists = { one: { ips: ["192.0.2.7/24", "203.0.113.9", "203.0.113.10"] } };
    neon.faults.add({ method: "GET", skip: 1, status: 500, times: 4 });
    const { output } = await prod.up(wishing(lists, { expectFailure: true }));
    expect(output).toMatch(/GET \/projects\/\S+ failed with HTTP 500\.\n[\s\S]*The request id is /);
    expect(list()).toContain("203.0.113.10");
    expect(list()).not.toContain("2001:db8::1");
    expect((await prod.up(wishing(lists))).changes).toMatchObject({ update: 1 });
  });

  test("destroying the stack that added a shared address removes it for the other stack, whose refresh shows it and whose up fixes it", async () => {
    await dev.destroy({ skipPreview: true });
    expect(list()).toEqual([...FOREIGN, "192.0.2.0/24", "203.0.113.10"]);
    const lists = { one: { ips: ["192.0.2.7/24", "203.0.113.9", "203.0.113.10"] } };
    expect((await prod.refresh({ skipPreview: true })).changes).toMatchObject({ update: 1 });
    const { output, changes } = await prod.up(wishing(lists, { skipPreview: false, args: ["--diff"] }));
    expect(output).toMatch(/\+ .*203\.0\.113\.9"/);
    expect(changes).toMatchObject({ update: 1 });
    expect(list()).toContain("203.0.113.9");
  });

  test("a destroy that would open the list is refused, and works once the state has the consent", async () => {
    const lists = { one: { ips: ["192.0.2.7/24", "203.0.113.9", "203.0.113.10"], allowOpenOnDelete: true } };
    set(...list().slice(FOREIGN.length));
    const before = list();
    const { output } = await prod.destroy({ skipPreview: true, expectFailure: true });
    expect(output).toContain("set `allowOpenOnDelete: true`, run `pulumi up`, then destroy again");
    expect(list()).toEqual(before);
    await prod.up(wishing(lists));
    expect((await prod.destroy({ skipPreview: true })).output).toContain("is now empty, so anyone can connect.");
    expect(list()).toEqual([]);
  });

  test("an open list is closed on request, after a preview has announced it, and opened again if that shuts this machine out", async () => {
    const closing = (...ips: string[]) => ({ one: { ips, whenOpen: "restrict", allowOpenOnDelete: true } });
    const failed = await dev.up(wishing(closing("127.0.0.9"), { skipPreview: false, expectFailure: true }));
    expect(failed.output).toContain("`pulumi up` restricts it to 127.0.0.9.");
    expect(failed.output).toContain("This resource's addresses were removed again, and the list is open as before.");
    expect(list()).toEqual([]);
    await dev.up(wishing(closing("127.0.0.1")));
    expect(list()).toEqual(["127.0.0.1"]);
    await dev.destroy({ skipPreview: true });
    expect(list()).toEqual([]);
  });

  test("a resource that is replaced by force and then renamed without an alias still removes what it added in the end", async () => {
    set(...FOREIGN);
    const wish = { ips: ["192.0.2.1", "192.0.2.2"], protectedBranchesOnly: true };
    await dev.up(wishing({ one: wish }));
    const urn = (await dev.export()).deployment.resources?.find(({ type }) => type.endsWith(":IpAllowlist"))?.urn;
    expect((await dev.up(wishing({ one: wish }, { args: ["--replace", String(urn)] }))).changes).toMatchObject({
      replace: 1,
    });
    await dev.up(wishing({ renamed: wish }));
    expect(neon.project.settings.allowed_ips).toEqual({
      ips: [...FOREIGN, ...wish.ips],
      protected_branches_only: true,
    });
    await dev.destroy({ skipPreview: true });
    expect(neon.project.settings.allowed_ips).toEqual({ ips: FOREIGN, protected_branches_only: false });
  });
});
