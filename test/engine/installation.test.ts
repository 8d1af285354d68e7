import { beforeAll, describe, expect, test } from "vitest";
import { createStack, type StackOptions } from "../support/engine/stack";
import { useDatabase } from "../support/postgres/database";

const BODY = `
const provider = new clickpipes.Provider("source");
const orders = new clickpipes.ClickPipesSource("orders", { tables: ["public.orders"] }, { provider });
`;
const TYPESCRIPT = `import * as clickpipes from "pulumi-neon-clickpipes";${BODY}export const user = orders.connection.user;`;
const JAVASCRIPT = `const clickpipes = require("pulumi-neon-clickpipes");${BODY}exports.user = orders.connection.user;`;

const INSTALLATIONS: [string, Omit<StackOptions, "program" | "env">][] = [
  ["a linked package, from a TypeScript program", {}],
  ["a linked package, from a JavaScript program", { language: "javascript" }],
  ["its tarball, from a TypeScript program", { packageFrom: "tarball" }],
  [
    "its tarball, from a JavaScript program with @pulumi/pulumi 3.248",
    { packageFrom: "tarball", language: "javascript", pulumiVersion: "3.248.0" },
  ],
];

describe("the package works as", () => {
  const db = useDatabase(17);
  beforeAll(() => db.query("create table public.orders (id int primary key)"));

  test.each(INSTALLATIONS)("%s", async (_how, options) => {
    const program = options.language === "javascript" ? JAVASCRIPT : TYPESCRIPT;
    const stack = await createStack({
      program,
      config: { "clickpipes:connectionUri": { secret: db.uri } },
      ...options,
    });
    try {
      expect((await stack.up({ skipPreview: true })).changes).toEqual({ create: 7 });
      expect(await stack.outputs()).toEqual({ user: "clickpipes_user" });
      expect((await stack.refresh({ skipPreview: true })).changes).toEqual({ same: 7 });
      expect((await stack.destroy({ skipPreview: true })).changes).toEqual({ delete: 7 });
    } finally {
      await stack.remove();
    }
  });
});
