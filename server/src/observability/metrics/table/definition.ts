export type Section = 'sockets' | 'documents' | 'access' | 'http' | 'journal' | 'cluster' | 'process';

/** What a metric counts in, in the base units of Prometheus; `items` are things. */
export type Unit = 'items' | 'seconds' | 'bytes' | 'flag' | 'timestamp';

export interface LabelDefinition {
  readonly name: string;
  /** Every value that it can have. */
  readonly values: readonly string[];
}

interface CommonDefinition {
  readonly section: Section;
  readonly unit: Unit;
  readonly label?: LabelDefinition;
  /** One sentence, for people who see nothing else. */
  readonly help: string;
}

export type MetricDefinition =
  | (CommonDefinition & { readonly type: 'counter' | 'gauge' })
  | (CommonDefinition & { readonly type: 'histogram'; readonly buckets: readonly number[] });

export type MetricTable = Readonly<Record<string, MetricDefinition>>;

/** From a tenth of a millisecond on: work within one turn of the event loop. */
export const TURN_SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];

/** From a quarter of a millisecond, what an fsync on a good disk takes, to what somebody notices. */
export const DISK_SECONDS = [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** From a millisecond to what somebody gives up on; 15 ms is what a receipt may take on a busy node. */
export const WAIT_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** From a quarter of a millisecond, what Redis next door takes, to when nobody waits for it any more. */
export const ACKNOWLEDGEMENT_SECONDS = [
  0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5,
];

export const FRAME_BYTES = [
  16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864,
];

export const COUNTS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];
