import { describe, expect, test } from "vitest";
import type { PublicationInputs, PublicationState } from "../../../provider/publication/state";
import { nextStep, type Progress } from "../../../provider/publication/step";
import { aChange, anActual, aState, aSurvey, SUPERUSER, texts } from "../../support/publication/plans";

/** The next step to `args`, where the publication has these tables and schemas. */
function stepTo(
  args: Partial<PublicationInputs>,
  found: Parameters<typeof anActual>[0],
  progress: Partial<Progress> = {},
  before: PublicationState = aState(),
) {
  const survey = aSurvey({ server: SUPERUSER, actual: anActual(found) });
  const answer = nextStep(aChange(args, before), { filters: {}, ...progress }, survey);
  if ("inTheWay" in answer) throw answer.inTheWay.refusal();
  return answer;
}

describe("tables that move from the list to their schema", () => {
  const args = { schemas: ["s"] };

  test("are first published both ways, in a half step", () => {
    const { step, progress } = stepTo(args, { tables: ["s.t"] });
    expect(texts(step.sent.statements)).toEqual(['alter publication "p" add tables in schema "s"']);
    expect({ half: step.isHalf, waits: step.waitsFor, progress }).toEqual({
      half: true,
      waits: undefined,
      progress: { filters: {}, handingOver: true, preexisting: undefined },
    });
  });

  test("leave the list after the older transactions, and only after those", () => {
    const { step, progress } = stepTo(args, { tables: ["s.t"], schemas: ["s"] }, { older: ["7", "9"] });
    expect(texts(step.sent.statements)).toEqual(['alter publication "p" drop table only "s"."t"']);
    expect(step.waitsFor?.values).toEqual([16500, [], ["7", "9"]]);
    expect([step.isHalf, progress.handingOver]).toEqual([undefined, true]);
  });

  test("cause no warning about a loss once the move has begun", () => {
    const before = aState({ tables: ["s.t"] });
    const { warnings, progress } = stepTo({ tables: ["s.t"] }, {}, { handingOver: true }, before);
    expect([warnings, progress.handingOver]).toEqual([[], true]);
    expect(stepTo({ tables: ["s.t"] }, {}, {}, before)).toMatchObject({
      warnings: [expect.stringContaining("had lost table s.t")],
      progress: { handingOver: false },
    });
  });
});
