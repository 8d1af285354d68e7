import * as proto from "@pulumi/pulumi/proto/provider_pb";
import type { Answer } from "./resources";
import { send } from "./wire";

export function checkResponse({
  values,
  secrets,
  problems = [],
}: Answer & { problems?: string[] }): proto.CheckResponse {
  // Given the name of a property, Pulumi would print its value, even if it is a secret.
  const failures = problems.map((reason) => new proto.CheckFailure().setProperty("").setReason(reason));
  return new proto.CheckResponse().setInputs(send(values, secrets)).setFailuresList(failures);
}

/** With DIFF_UNKNOWN the engine compares the inputs, so that `ignoreChanges` and previews work by property. */
export function diffResponse({ replaces, isSame }: { replaces: string[]; isSame: boolean }): proto.DiffResponse {
  const { DIFF_NONE, DIFF_UNKNOWN } = proto.DiffResponse.DiffChanges;
  return new proto.DiffResponse()
    .setChanges(isSame && replaces.length === 0 ? DIFF_NONE : DIFF_UNKNOWN)
    .setReplacesList(replaces)
    .setDeletebeforereplace(replaces.length > 0);
}

/** An empty answer says that the object no longer exists. */
export function readResponse(id: string, live: { inputs: Answer; state: Answer } | undefined): proto.ReadResponse {
  const response = new proto.ReadResponse();
  if (!live) return response;
  return response
    .setId(id)
    .setInputs(send(live.inputs.values, live.inputs.secrets))
    .setProperties(send(live.state.values, live.state.secrets));
}
