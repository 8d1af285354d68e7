import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { failure } from "../support/ipAllowlist/process";
import { useProject } from "../support/logicalReplication/project";
import { Managed } from "../support/managed";
import { listenOnLoopback } from "../support/neon/proxy/loopbackListener";
import { MessageSplitter } from "../support/postgres/messages";

const project = useProject({ logicalReplication: true });
const { configOf, managed, args, lines, patches } = project;

const restartWith = async (settings: Record<string, string>) => {
  project.neon.server.set(settings);
  await project.neon.compute.suspend();
  await project.neon.compute.wake();
};

test("a server that reports another project is refused, even if the setting is on", async () => {
  const replication = managed();
  await replication.up(args());
  await restartWith({ "neon.project_id": "other-river-654321" });
  const expected = `127.0.0.1 reports that it belongs to Neon project other-river-654321, not to ${project.neon.projectId}.\n`;
  expect(await failure(replication.refresh())).toContain(expected);
  expect(await failure(replication.up(args({ allowRestart: true })))).toContain(expected);
  expect(await failure(managed().up(args()))).toContain(expected);
  await restartWith({ "neon.project_id": project.neon.projectId });
});

test("nothing is turned on if the server belongs to another project", async () => {
  await restartWith({ "neon.project_id": "other-river-654321" });
  project.neon.project.settings.enable_logical_replication = false;
  expect(await failure(managed().up(args({ allowRestart: true })))).toContain(
    "reports that it belongs to Neon project",
  );
  expect(patches()).toEqual([]);
  project.neon.project.settings.enable_logical_replication = true;
  await restartWith({ "neon.project_id": project.neon.projectId });
});

test("a read replica is refused, and the error says where to find the read-write endpoint", async () => {
  const signal = join(project.neon.server.dataDirectory, "standby.signal");
  writeFileSync(signal, "");
  await restartWith({});
  project.neon.project.settings.enable_logical_replication = false;
  expect(await failure(managed().up(args({ allowRestart: true })))).toMatch(
    /is a read replica\.\n.*\n.* read-write endpoint/,
  );
  expect(patches()).toEqual([]);
  project.neon.project.settings.enable_logical_replication = true;
  expect(await failure(managed().up(args()))).toContain("is a read replica");
  rmSync(signal);
  await restartWith({});
});

test("a refresh explains a wal_level that is still replica, and says what to do", async () => {
  const replication = managed();
  await replication.up(args());
  await restartWith({ wal_level: "replica" });
  expect(await replication.refresh()).toBe(true);
  expect(replication.outputs.walLevel).toBe("replica");
  expect(replication.drift.join()).toMatch(
    /has logical replication on, but 127\.0\.0\.1 reports wal_level = replica\. .*Restart the compute in Neon's console/,
  );
  await restartWith({ wal_level: "logical" });
  expect((await replication.up(args())).outputs.walLevel).toBe("logical");
  expect(await replication.refresh()).toBe(false);
});

test("a refresh warns about limits that have become too small", async () => {
  const replication = managed();
  await replication.up(args());
  await restartWith({ max_wal_senders: "2", max_replication_slots: "4" });
  await replication.refresh();
  expect(lines()).not.toContain("too small");
  await restartWith({ max_wal_senders: "1", max_replication_slots: "2" });
  await replication.refresh();
  expect(replication.outputs).toMatchObject({ maxWalSenders: 1, maxReplicationSlots: 2 });
  expect(lines()).toContain(
    "max_wal_senders = 1 and max_replication_slots = 2 are too small for ClickPipes.\nClickPipes needs at least 2 and 4.\n",
  );
  await restartWith({ max_wal_senders: "10", max_replication_slots: "10" });
});

test("a connection that a proxy closes during a query, without an error, is opened again", async () => {
  let questions = 0;
  const proxy = await listenOnLoopback(async (client, dial) => {
    const server = dial(project.neon);
    server.pipe(client);
    const splitter = new MessageSplitter("client");
    for await (const chunk of client) {
      const asks = splitter.push(chunk as Buffer).some(({ type }) => type === "S");
      // Closes the first connection at its first query, and leaves the second connection alone.
      if (asks && ++questions === 1) return void client.end();
      server.write(chunk as Buffer);
    }
  });
  const connectionUri = project.neon.connectionUri.replace(`:${project.neon.port}/`, `:${proxy.port}/`);
  const replication = new Managed(
    "LogicalReplication",
    "closed",
    configOf({ "clickpipes:connectionUri": connectionUri }),
  );
  expect((await replication.up(args())).outputs.walLevel).toBe("logical");
  expect(questions).toBeGreaterThan(1);
  await proxy.stop();
});
