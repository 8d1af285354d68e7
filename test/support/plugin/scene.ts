import type { ServiceError } from "@grpc/grpc-js";
import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import { fresh } from "../freshName";
import { type TestDatabase, useDatabase } from "../postgres/database";
import { StandInEngine } from "./engine";
import { type Answered, PluginProcess, secret, type Values } from "./process";

/** A database with one table, an engine, and a plugin that is configured for them. */
export interface PluginScene {
  readonly db: TestDatabase;
  engine: StandInEngine;
  plugin: PluginProcess;
  /** New for each test. */
  name: string;
  /** Checks and creates a resource. */
  make(urn: string, args: Values): Promise<Answered & { id: string; inputs: Values }>;
}

export function usePlugin(): PluginScene {
  const db = useDatabase(17);
  const scene = { db } as PluginScene;
  beforeAll(async () => {
    scene.engine = await StandInEngine.start();
    scene.plugin = await PluginProcess.start(scene.engine.address);
    await scene.plugin.configure({ connectionUri: secret(db.uri), deleteTimeout: "60" });
    await db.query("create table public.orders (id int primary key, item text)");
  });
  afterAll(async () => {
    await scene.plugin?.stop();
    scene.engine?.stop();
  });
  beforeEach(() => {
    scene.name = fresh();
    scene.engine.logged.length = 0;
  });
  scene.make = async (urn, args) => {
    const { values: inputs, failures } = await scene.plugin.check(urn, args);
    expect(failures).toEqual([]);
    return { inputs, ...(await scene.plugin.create(urn, inputs)) };
  };
  return scene;
}

export function urnOf(kind: string, name = "it", parents = ""): string {
  return `urn:pulumi:dev::app::${parents}clickpipes:index:${kind}::${name}`;
}

export function failureOf(work: Promise<unknown>): Promise<ServiceError> {
  return work.then(
    () => Promise.reject(new Error("it succeeded")),
    (error) => error,
  );
}
