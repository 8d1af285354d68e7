import { describe, expect, test } from "vitest";
import * as clickpipes from "../../provider";
import { isSecret, PROVIDER, useMockedProgram, value } from "../support/resources/mockedProgram";

const program = useMockedProgram();

describe("every resource", () => {
  test("refuses `import`, and says what to do instead", () => {
    const opts = { import: "clickpipes_user" };
    expect(() => new clickpipes.ClickPipesUser("user", {}, opts)).toThrow(/cannot import.*\n.*adopt: true/);
    expect(() => new clickpipes.Publication("publication", { tables: [] }, opts)).toThrow(
      /cannot import.*\n.*adopt: true/,
    );
    // A resource without the argument `adopt` needs none.
    const setting = () => new clickpipes.LogicalReplication("replication", { projectId: "quiet-river-123456" }, opts);
    expect(setting).toThrow(/cannot import.*\nRemove `import`\. The next `pulumi up` continues from what exists/);
  });

  test("recognizes its own instances, including those of another copy of the package", async () => {
    const user = new clickpipes.ClickPipesUser("user");
    expect(clickpipes.ClickPipesUser.isInstance(user)).toBe(true);
    expect(clickpipes.Publication.isInstance(user)).toBe(false);
    expect(clickpipes.ClickPipesUser.isInstance({ name: "user" })).toBe(false);
    await program.settled();
  });

  test("marks its secrets as secret, even if the program gives them as plain values", async () => {
    const user = new clickpipes.ClickPipesUser("user", { password: "Zu8-kR2_qW5.tY7~" });
    expect(await isSecret(user.password)).toBe(true);
    const provider = new clickpipes.Provider("source", PROVIDER);
    expect(await isSecret(provider.host)).toBe(false);
    expect(await value(provider.user)).toBe("admin");
    await program.settled();
  });
});
