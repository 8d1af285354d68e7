import { configDefaults, defineConfig } from "vitest/config";

/** Minutes of kills, and what the engine itself prints at its loudest: `LONG=1 npm test`. */
const LONG = ["test/crash/pulumi.test.ts", "test/engine/loudLogs.test.ts"];

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: [...configDefaults.exclude, ...(process.env.LONG ? [] : LONG)],
    globalSetup: "test/support/globalSetup.ts",
    reporters: ["default", "./test/support/countReporter.ts"],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    maxWorkers: 2,
  },
});
