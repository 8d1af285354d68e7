/** The most default privileges that one transaction takes back. */
export const MOST_DEFAULTS = 1000;
