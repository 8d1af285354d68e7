import { Journal } from "../../../provider/ipAllowlist/notes/journal";
import type { Pending } from "../../../provider/ipAllowlist/notes/pending";
import { Run } from "../../../provider/lifecycle/run";

/** The note of an earlier version, which named it by the project and the mark alone. */
export function noteOfEarlierVersion(projectId: string, name: string): Journal<Pending> {
  return new Journal(new Run(), projectId, `organization/app/dev/IpAllowlist/${name}`);
}
