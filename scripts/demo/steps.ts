/** Numbers and times the steps of the demo, shows that a quiet one is still running, and names the one that failed. */
export class Steps {
  private started = 0;

  constructor(
    private next: number,
    private readonly total: number,
  ) {}

  async run<T>(title: string, advice: string, work: () => Promise<T>): Promise<T> {
    const label = `[${this.next++}/${this.total}] ${title}`;
    this.started = Date.now();
    console.log(`\n${label} …`);
    const timer = setInterval(() => console.log(`${label}: ${this.seconds()} s so far`), 15_000);
    try {
      const result = await work();
      console.log(`${label}: done in ${this.seconds()} s`);
      return result;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`${label}: failed after ${this.seconds()} s\n${reason}\nWhat to do: ${advice}`);
    } finally {
      clearInterval(timer);
    }
  }

  private seconds(): string {
    return ((Date.now() - this.started) / 1000).toFixed(1);
  }
}
