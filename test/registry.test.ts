import { expect, test } from "vitest";
import { ARGUMENT_NAMES } from "../provider/lifecycle/argumentNames";
import { lifecycleOf } from "../provider/registry";

test("every kind of resource has a lifecycle that knows its arguments", () => {
  for (const [kind, names] of Object.entries(ARGUMENT_NAMES)) expect(lifecycleOf(kind).arguments, kind).toEqual(names);
});

test("another kind is refused by its name", () => {
  expect(() => lifecycleOf("Pipe")).toThrow(
    "this version of pulumi-neon-clickpipes has no resource Pipe.\nInstall a version that has it.",
  );
});
