import { setTimeout as sleep } from "node:timers/promises";

/** Where the test runs. It is created for the test, and deleted after it. */
export interface Place {
  projectId: string;
  connectionUri: string;
  /** What was created, for the output. */
  what: string;
  /** Whether the test may change the whole project. */
  isOwn: boolean;
  remove(): Promise<void>;
}

interface Made {
  project?: { id: string };
  branch?: { id: string };
  connection_uris?: { connection_uri: string }[];
  operations?: { id: string; status: string }[];
}

export class NeonAccount {
  readonly #url: string;
  readonly #key: string;

  constructor(url: string, key: string) {
    this.#url = url.replace(/\/+$/, "");
    this.#key = key;
  }

  /** A new project, or a new branch in the user's project. Neither contains anything of other users. */
  async makePlace(projectId: string | undefined): Promise<Place> {
    return projectId === undefined ? this.#makeProject() : this.#makeBranch(projectId);
  }

  async isReplicationOn(projectId: string): Promise<boolean> {
    const { project } = await this.#call<{ project: { settings?: { enable_logical_replication?: boolean } } }>(
      "GET",
      `/projects/${projectId}`,
    );
    return project.settings?.enable_logical_replication === true;
  }

  async #makeProject(): Promise<Place> {
    const name = `pulumi-neon-clickpipes try ${new Date().toISOString().slice(0, 16)}`;
    const made = await this.#call<Made>("POST", "/projects", { project: { name } });
    const id = made.project?.id ?? "";
    await this.#finished(id, made);
    return {
      projectId: id,
      connectionUri: uriOf(made),
      what: `project ${id} ("${name}")`,
      isOwn: true,
      remove: () => this.#remove(`/projects/${id}`),
    };
  }

  async #makeBranch(projectId: string): Promise<Place> {
    const request = { branch: { name: `clickpipes-try-${Date.now()}` }, endpoints: [{ type: "read_write" }] };
    const made = await this.#call<Made>("POST", `/projects/${projectId}/branches`, request);
    const id = made.branch?.id ?? "";
    await this.#finished(projectId, made);
    return {
      projectId,
      connectionUri: uriOf(made),
      what: `branch ${id} of project ${projectId}`,
      isOwn: false,
      remove: () => this.#remove(`/projects/${projectId}/branches/${id}`),
    };
  }

  /** Before that, no one can connect. If an operation fails, the connection shows it. */
  async #finished(projectId: string, { operations = [] }: Made): Promise<void> {
    for (const { id } of operations) {
      for (let tries = 60; tries > 0; tries--) {
        const path = `/projects/${projectId}/operations/${id}`;
        const { operation } = await this.#call<{ operation: { status: string } }>("GET", path);
        if (!["scheduling", "running"].includes(operation.status)) break;
        await sleep(2000);
      }
    }
  }

  async #remove(path: string): Promise<void> {
    // Operations of the test may still lock the project (423).
    for (let tries = 30; ; tries--) {
      try {
        await this.#call("DELETE", path);
        return;
      } catch (error) {
        if (tries === 0 || !(error as Error).message.includes("HTTP 423")) throw error;
        await sleep(2000);
      }
    }
  }

  async #call<T>(method: string, path: string, body?: object): Promise<T> {
    const headers = { authorization: `Bearer ${this.#key}`, "content-type": "application/json" };
    const answer = await fetch(this.#url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} was answered with HTTP ${answer.status}: ${text.slice(0, 300)}`);
    return (text === "" ? {} : JSON.parse(text)) as T;
  }
}

function uriOf({ connection_uris: uris }: Made): string {
  const uri = uris?.[0]?.connection_uri;
  if (uri === undefined) throw new Error("Neon gave no connection URI: are passwords stored in this project?");
  // DDL and replication don't work through a pooler.
  return uri.replace("-pooler.", ".");
}
