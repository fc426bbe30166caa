/**
 * The keys of one buffer in a store. All of one partition share a hash tag, so that a cluster keeps them in one place and one
 * order.
 *
 *     dragonlog:partitions          how many partitions there are; set once
 *     dragonlog:{p}:blocks          stream of blocks (block.ts)
 *     dragonlog:{p}:delivered       hash: writer -> the first seq that is not delivered
 *     dragonlog:{p}:lease           who empties the partition, expires
 *     dragonlog:{p}:token           counts leases: the fencing token
 *     dragonlog:{p}:memo            list of the shipper's notes
 *     dragonlog:shippers:<id>       a shipper that lives, expires; counted to share partitions evenly
 *     dragonlog:flush               when someone last asked that everything be sent, ms
 */
export class Keys {
  constructor(readonly prefix = "dragonlog") {}

  readonly partitions = (): string => `${this.prefix}:partitions`;
  readonly flush = (): string => `${this.prefix}:flush`;
  readonly shipper = (id: string): string => `${this.prefix}:shippers:${id}`;
  readonly blocks = (partition: number): string => this.#of(partition, "blocks");
  readonly delivered = (partition: number): string => this.#of(partition, "delivered");
  readonly lease = (partition: number): string => this.#of(partition, "lease");
  readonly token = (partition: number): string => this.#of(partition, "token");
  readonly memo = (partition: number): string => this.#of(partition, "memo");

  #of(partition: number, what: string): string {
    return `${this.prefix}:{${partition}}:${what}`;
  }
}
