import { decide } from "../../../provider/publication/decide";
import type { PublicationInputs, PublicationState } from "../../../provider/publication/state";
import type { Survey } from "../../../provider/publication/survey";
import { aChange, aSurvey, marker, OTHER_MARK } from "./plans";

export const T = { schema: "s", name: "t" };
export const OTHERS = marker("x", { mark: OTHER_MARK });
export const NEW_OWNER = { name: "o", exists: true, maySet: true, hasRights: true, superuser: false, mayCreate: true };

export interface Case {
  title: string;
  args: Partial<PublicationInputs>;
  before?: PublicationState;
  found?: Partial<Survey>;
}

export const decided = ({ args, before, found }: Case) => decide(aChange(args, before), aSurvey(found), {});
