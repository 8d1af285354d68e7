import type { Reporter, TestCase, TestModule } from "vitest/node" with { "resolution-mode": "import" };

/** Prints what the tests counted, the names of those that failed and, as the last line of all, `N passed, N failed, N skipped`; fails a run in which no test ran. */
export default class CountReporter implements Reporter {
  private line = "0 passed, 0 failed, 0 skipped";
  private figures: string[] = [];
  private failed: string[] = [];

  onInit(): void {
    // After everything that other reporters and the runner itself still print.
    process.once("exit", () => process.stdout.write(`${[...this.figures, ...this.failed, this.line].join("\n")}\n`));
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const count = { passed: 0, failed: errors.length, skipped: 0 };
    for (const module of modules) {
      const before = count.failed;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        count[state === "pending" ? "skipped" : state] += 1;
        if (state === "failed")
          this.failed.push(`failed: ${module.relativeModuleId}: ${test.fullName}: ${reasonOf(test)}`);
        this.figures.push(...(test.meta().figures ?? []).map((figure) => `${test.name}: ${figure}`));
      }
      // A file that does not load, or whose hook fails, has no failed test of its own.
      if (module.ok() || count.failed > before) continue;
      count.failed += 1;
      this.failed.push(`failed: ${module.relativeModuleId}: ${module.errors()[0]?.message ?? "a hook failed"}`);
    }
    this.line = `${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`;
    if (count.passed + count.failed > 0) return;
    process.stderr.write("No test ran: a run of nothing counts as failed.\n");
    process.exitCode = 1;
  }
}

/** The first line of what the test failed with. The whole is printed above. */
function reasonOf(test: TestCase): string {
  return test.result().errors?.[0]?.message.split("\n")[0] ?? "";
}
