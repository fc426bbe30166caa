import type { LeaseKeys } from "./partition-lease.js";

/**
 * The keys of one buffer in a store. All of one partition share a hash tag, so that a cluster keeps them in one place and one
 * order.
 *
 *     dragonlog:partitions          how many partitions there are; set once
 *     dragonlog:{p}:blocks          stream of blocks (block.ts)
 *     dragonlog:{p}:delivered       hash: which records of each writer are delivered (delivered.ts)
 *     dragonlog:{p}:lease           who empties the partition, expires
 *     dragonlog:{p}:spare           the lease of a store that is full (partition-lease.ts)
 *     dragonlog:{p}:token           counts leases: the fencing token
 *     dragonlog:{p}:epoch           random, left by the first forwarder: another one means that the store was emptied
 *     dragonlog:{p}:memo            hash of the shipper's notes (memo.ts)
 *     dragonlog:{p}:cursor          hash: where the next shipper reads on (tracked-blocks.ts)
 *     dragonlog:shippers            hash: the ids of shippers, living and dead
 *     dragonlog:shippers:<id>       a shipper that lives, expires; counted to share partitions evenly
 *     dragonlog:flush               when someone last asked that everything be sent, ms
 */

export class Keys {
  constructor(readonly prefix = "dragonlog") {}

  readonly partitions = (): string => `${this.prefix}:partitions`;
  readonly flush = (): string => `${this.prefix}:flush`;
  readonly shippers = (): string => `${this.prefix}:shippers`;
  readonly shipper = (id: string): string => `${this.prefix}:shippers:${id}`;
  readonly blocks = (partition: number): string => this.#of(partition, "blocks");
  readonly delivered = (partition: number): string => this.#of(partition, "delivered");
  readonly lease = (partition: number): string => this.#of(partition, "lease");
  readonly token = (partition: number): string => this.#of(partition, "token");
  readonly leaseKeys = (partition: number): LeaseKeys => ({
    lease: this.lease(partition),
    spare: this.#of(partition, "spare"),
    token: this.token(partition),
  });
  readonly epoch = (partition: number): string => this.#of(partition, "epoch");
  readonly memo = (partition: number): string => this.#of(partition, "memo");
  readonly cursor = (partition: number): string => this.#of(partition, "cursor");

  #of(partition: number, what: string): string {
    return `${this.prefix}:{${partition}}:${what}`;
  }
}
