import { randomBytes } from "node:crypto";
import { encodeMessage, errorResponse, readyForQuery } from "../postgres/messages";
import type { Answer, Attempt, Login } from "./server";

const OK = 0;
const CLEARTEXT = 3;
const MD5 = 5;
const GSS = 7;
const SASL = 10;
const SASL_CONTINUE = 11;
const SASL_FINAL = 12;

/** Asks for what Postgres' `password`, `md5` and `gss` ask for, and goes away with it. */
export const asksForCleartext: Answer = async ({ send, next }) => {
  send(authentication(CLEARTEXT));
  await next();
};

export const asksForMd5: Answer = async ({ send, next }) => {
  send(authentication(MD5, randomBytes(4)));
  await next();
};

export const asksForGss: Answer = async ({ send, next }) => {
  send(authentication(GSS));
  await next();
};

/** As Postgres 10, or a proxy that ends TLS: it takes the proof and goes away. */
export const offersPlainScram: Answer = async (login) => {
  await scram(login, "SCRAM-SHA-256");
};

type Nothing = "a wrong proof" | "no proof" | "a wrong proof, and gone" | "a wish for more";

/** Has the client prove that it knows the password, and proves nothing of itself. */
const provesNothing =
  (how: Nothing): Answer =>
  async (login) => {
    await scram(login, "SCRAM-SHA-256-PLUS", "SCRAM-SHA-256");
    if (how === "a wish for more") return asksForCleartext(login);
    const proof = authentication(SASL_FINAL, Buffer.from(`v=${randomBytes(32).toString("base64")}`));
    if (how !== "no proof") login.send(proof);
    if (how === "a wrong proof, and gone") return;
    letIn(login, "17.2");
    await untilGone(login);
  };

/** Begins as it should, and asks for less in the middle. */
const turnsTo =
  (lesser: Answer): Answer =>
  async (login) => {
    login.send(authentication(SASL, mechanisms("SCRAM-SHA-256-PLUS")));
    await login.next();
    await lesser(login);
  };

/** As `trust`, or a proxy that has been told to let everybody in: it listens to what comes then. */
export const letsIn =
  (version: string): Answer =>
  async (login) => {
    letIn(login, version);
    await untilGone(login);
  };

export const refuses =
  (code: string, message: string): Answer =>
  async ({ send }) =>
    send(errorResponse({ severity: "FATAL", code, message }));

/** What a server may do instead of SCRAM-SHA-256-PLUS, and how the error calls that. */
export const LESS: Readonly<Record<string, { answer: Answer; says: RegExp; offersTls?: boolean }>> = {
  "asks for the password in clear": { answer: asksForCleartext, says: /in clear/ },
  "asks for MD5": { answer: asksForMd5, says: /MD5/ },
  "offers plain SCRAM": { answer: offersPlainScram, says: /SCRAM without channel binding.*Postgres 10.*TLS/ },
  "has no TLS": { answer: asksForCleartext, says: /no TLS/, offersTls: false },
  "lets in without SCRAM, too old for it": { answer: letsIn("10.23"), says: /Postgres 10\b.*too old.*\b11\b/ },
  "lets in without SCRAM, new enough": { answer: letsIn("17.2"), says: /without SCRAM.*trust/ },
};

/** It may be had: bound to the impostor's certificate, it opens nothing elsewhere. */
const PROOF = ["a proof"];

/** What only those do who mean no good, and what they may have for it. */
export const EVIL: Readonly<Record<string, { answer: Answer; may?: string[] }>> = {
  "begins well and turns to clear text": { answer: turnsTo(asksForCleartext) },
  "begins well and turns to MD5": { answer: turnsTo(asksForMd5) },
  "begins well and turns to plain SCRAM": { answer: turnsTo(offersPlainScram) },
  "begins well and lets in": { answer: turnsTo(letsIn("17.2")) },
  "lets in, then asks for the password in clear": {
    async answer(login) {
      letIn(login, "17.2");
      await asksForCleartext(login);
    },
  },
  "has our proof and asks for the password in clear": { answer: provesNothing("a wish for more"), may: PROOF },
  "has our proof and gives a wrong one": { answer: provesNothing("a wrong proof"), may: PROOF },
  "has our proof and gives none": { answer: provesNothing("no proof"), may: PROOF },
  "has our proof and goes with a wrong one": { answer: provesNothing("a wrong proof, and gone"), may: PROOF },
};

/** What a client has given away for which channel binding should have been asked. */
export function givenAway({ received }: Attempt, passwords: string[]): string[] {
  return [
    ...passwords.filter((password) => received.includes(password)).map(() => "a password"),
    ...(/md5[0-9a-f]{32}/.test(received) ? ["an MD5 hash"] : []),
    ...(/c=[^,]+,r=[^,]+,p=/.test(received) ? ["a proof"] : []),
    // Whoever was let in without a proof is told what the statements hold.
    ...(/\b(begin|select|identify_system)\b/i.test(received) ? ["a statement"] : []),
  ];
}

/** The mechanism that the client chose, where it was asked to. */
export const mechanismOf = ({ received }: Attempt): string | undefined => /SCRAM-SHA-256(-PLUS)?/.exec(received)?.[0];

async function scram({ send, next }: Login, ...offered: string[]): Promise<void> {
  send(authentication(SASL, mechanisms(...offered)));
  const first = await next();
  const nonce = /,r=([\x21-\x2b\x2d-\x7e]+)/.exec(first?.raw.toString("latin1") ?? "")?.[1];
  if (nonce === undefined) return;
  const challenge = `r=${nonce}${randomBytes(18).toString("base64")},s=${randomBytes(16).toString("base64")},i=4096`;
  send(authentication(SASL_CONTINUE, Buffer.from(challenge)));
  await next();
}

function letIn({ send }: Login, version: string): void {
  const status = Buffer.from(`server_version\0${version}\0`);
  send(authentication(OK), encodeMessage("S", status), encodeMessage("K", Buffer.alloc(8)), readyForQuery("I"));
}

async function untilGone({ next }: Login): Promise<void> {
  // Long enough for a client that is fooled to begin to talk.
  const patience = new Promise<undefined>((done) => setTimeout(() => done(undefined), 300).unref());
  while (await Promise.race([next(), patience]));
}

function authentication(kind: number, rest: Buffer = Buffer.alloc(0)): Buffer {
  const code = Buffer.alloc(4);
  code.writeInt32BE(kind);
  return encodeMessage("R", Buffer.concat([code, rest]));
}

function mechanisms(...names: string[]): Buffer {
  return Buffer.from(`${names.map((name) => `${name}\0`).join("")}\0`);
}
