/** Real HTTP load: as many keep-alive connections as asked for, each sending one request after the other. */
import { Agent, get } from "node:http";

export class Load {
  readonly #agent: Agent;
  readonly #done: Promise<unknown>;
  #stopped = false;
  /** Requests that were answered. */
  answered = 0;

  constructor(port: number, connections: number) {
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
    this.#done = Promise.all(Array.from({ length: connections }, () => this.#run(port)));
  }

  /** Resolves when no request is under way any more; a killed server ends them too. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
    this.#agent.destroy();
  }

  async #run(port: number): Promise<void> {
    while (!this.#stopped) {
      if (!(await this.#request(port))) {
        return;
      }
      this.answered++;
    }
  }

  #request(port: number): Promise<boolean> {
    return new Promise((resolve) => {
      get({ port, host: "127.0.0.1", path: `/order/${this.answered}`, agent: this.#agent }, (response) => {
        response.on("error", () => resolve(false));
        response.on("end", () => resolve(true));
        response.resume();
      }).on("error", () => resolve(false));
    });
  }
}
