/** The message of the refusal that this throws, or "accepted". */
export function refusalOf(plan: () => unknown): string {
  try {
    plan();
    return "accepted";
  } catch (error) {
    return (error as Error).message;
  }
}
