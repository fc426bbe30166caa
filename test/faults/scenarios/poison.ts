/**
 * One record that the cloud refuses, and every batch that holds it: exactly that one becomes a dead letter, after few
 * tries and with one mail. The rest arrives in order, and what was logged later does not wait for it.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { MailServer } from "../../integration/mail-server.js";
import { judge, type Outcome } from "../harness/outcome.js";
import { GROUP, Scene, type Watch } from "../harness/scene.js";
import type { Shape } from "../harness/shape.js";

const SERVICE = "web";
const POISON = "no cloud takes this";
/**
 * Three of the batch and three of the part that holds the record come before the first verdict, and the verdict splits at
 * once what is refused again. The bound of 15 that holds before the first verdict so holds for all of them.
 */
const REFUSED_MAX = 15;

export async function poison(shape: Shape, watch?: Watch): Promise<Outcome> {
  const mailServer = await MailServer.open();
  try {
    return await Scene.play(shape, watch, (scene) => play(scene, mailServer));
  } finally {
    await mailServer.close();
  }
}

async function play(scene: Scene, mailServer: MailServer): Promise<Outcome> {
  const { cloud, shape } = scene;
  await cloud.arm({ kind: "poison", message: POISON });
  const smtp = `smtp://127.0.0.1:${mailServer.port}`;
  const shipper = scene.startShipper("--mail-to", "ops@example.com", "--smtp", smtp);
  const at = Math.floor(shape.records / 2);
  const application = await scene.startApplication({ services: [SERVICE], special: { at, data: POISON } });
  await application.program.ended;
  const endedAtMs = Date.now();
  await scene.untilDelivered(1);
  const drainSeconds = (Date.now() - endedAtMs) / 1000;
  const ending = await scene.end(shipper);
  const { refused } = await cloud.stats();
  const { figures, faults } = judge(ending, { deadLetters: 1 }, { drainSeconds });
  const letters = deadLettersIn(shipper.dir);
  if (letters.length !== 1 || !letters[0]!.includes(POISON)) {
    faults.push(`the dead letters are ${letters.join(", ").slice(0, 2000)}`);
  }
  const tries = refused.InvalidParameterException ?? 0;
  if (tries === 0 || tries > REFUSED_MAX) {
    faults.push(`${tries} calls were refused`);
  }
  const [mail, ...others] = mailServer.mails;
  if (others.length > 0 || !/1 record refused/.test(mail?.subject ?? "") || !/dead replay/.test(mail!.text)) {
    faults.push(`the mails are ${JSON.stringify(mailServer.mails)}`);
  }
  if ((await overtaking(scene, at)) === 0) {
    faults.push("everything that was logged later waited for the record at fault");
  }
  return { figures, faults };
}

/** How many records from behind the record at fault arrived before the records beside it, which share its batch. */
async function overtaking(scene: Scene, at: number): Promise<number> {
  const arrivedAtMs = new Map<number, number>();
  for (const { message, ingestionTime } of await scene.cloud.read(GROUP, SERVICE)) {
    const { metadata } = JSON.parse(message!) as { metadata: { n: number } };
    arrivedAtMs.set(metadata.n, ingestionTime!);
  }
  const besideAtMs = Math.max(arrivedAtMs.get(at - 1) ?? 0, arrivedAtMs.get(at + 1) ?? 0);
  return [...arrivedAtMs].filter(([n, atMs]) => n > at && atMs < besideAtMs).length;
}

/** The lines of all files of dead letters. */
function deadLettersIn(folder: string): string[] {
  const dir = join(folder, "dead");
  return readdirSync(dir, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ndjson"))
    .flatMap((name) => readFileSync(join(dir, name), "utf8").trimEnd().split("\n"));
}
