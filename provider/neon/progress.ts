import { reportWaiting } from "../progress";
import type { NeonFailure } from "./errors";
import type { NeonWaits } from "./waits";

/** Reports at intervals what in Neon is being waited for. Nested waits report through the outermost one. */
export class NeonProgress {
  readonly #inform: (text: string) => void;
  readonly #waits: NeonWaits;
  #waitingFor: string | undefined;
  #isWaiting = false;

  constructor(inform: (text: string) => void, waits: NeonWaits) {
    this.#inform = inform;
    this.#waits = waits;
  }

  note(waitingFor: string | undefined): void {
    this.#waitingFor = waitingFor;
  }

  noteFailure({ status }: NeonFailure): void {
    this.note(`the last request ${status === undefined ? "got no answer" : `failed with HTTP ${status}`}`);
  }

  async follow<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isWaiting) return work();
    this.#isWaiting = true;
    this.note(undefined);
    const what = () => this.#waitingFor && `waiting for Neon: ${this.#waitingFor}`;
    return reportWaiting(this.#inform, what, work, this.#waits.progress).finally(() => {
      this.#isWaiting = false;
    });
  }
}
