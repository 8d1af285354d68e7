import * as pulumi from "@pulumi/pulumi";
import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { Provider } from "../../provider";

let registered: Record<string, unknown>[] = [];

beforeAll(async () => {
  await pulumi.runtime.setMocks(
    {
      newResource: ({ name, inputs }) => {
        registered.push(inputs);
        return { id: `${name}-id`, state: inputs };
      },
      call: () => ({}),
    },
    "app",
    "dev",
  );
});
beforeEach(() => {
  registered = [];
  vi.stubEnv("DATABASE_URL", "postgres://env:pw@env.example.com/env");
  return () => vi.unstubAllEnvs();
});

const resolved = <T>(output: pulumi.Output<T>) => new Promise<T>((resolve) => output.apply(resolve));

describe("a provider", () => {
  test("outputs where it connects to, with separate fields overriding the URI", async () => {
    const provider = new Provider("a", { connectionUri: "postgres://u:pw@db.example.com/app", database: "other" });
    const { host, port, database, user } = provider;
    expect(await resolved(pulumi.all([host, port, database, user]))).toEqual(["db.example.com", 5432, "other", "u"]);
  });

  test("ignores an output that resolves to nothing", async () => {
    const nothing = pulumi.output(undefined) as unknown as pulumi.Output<string>;
    const provider = new Provider("b", { connectionUri: "postgres://u:pw@db.example.com/app", database: nothing });
    expect(await resolved(provider.database)).toBe("app");
    expect(registered.map((inputs) => inputs["clickpipes:database"] ?? undefined)).toEqual([undefined]);
  });

  test("warns about fields without a server, which have no effect on a connection from another source", async () => {
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    const provider = new Provider("c", { password: "pw", sslmode: "require", neonApiKey: "key" });
    expect(await resolved(provider.host)).toBe("env.example.com");
    expect(warn.mock.calls.map(([text]) => text)).toEqual([expect.stringMatching(/^password, sslmode: no effect/)]);
    warn.mockRestore();
  });
});
