import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { open, type Scenario } from './scenario.ts';

const MIB = 1024 * 1024;

/** What the process says of itself. */
export const inTheProcess: readonly Scenario[] = [
  {
    title: 'time passes',
    moves: [
      'quire_event_loop_lag_seconds',
      'quire_event_loop_lag_p99_seconds',
      'quire_event_loop_active_seconds_total',
      'process_cpu_seconds_total',
      'process_cpu_user_seconds_total',
      'process_cpu_system_seconds_total',
      'process_resident_memory_bytes',
      'process_virtual_memory_bytes',
      'nodejs_heap_size_total_bytes',
      'nodejs_heap_size_used_bytes',
      'nodejs_external_memory_bytes',
      'nodejs_gc_duration_seconds{kind="major"}',
      'process_open_fds',
    ],
    async play(stage) {
      const kept = Array.from({ length: 200_000 }, (_, index) => ({
        index,
        bytes: index % 100 === 0 ? new Uint8Array(1024) : null,
      }));
      const reserved = [new Uint8Array(64 * MIB)];
      const heldUpUntil = performance.now() + 60;
      while (performance.now() < heldUpUntil);
      setFlagsFromString('--expose-gc');
      runInNewContext('gc')();
      await open(stage);
      stage.atEnd(() => [kept, reserved].map((all) => all.splice(0)));
    },
  },
  {
    title: 'nobody reads the log',
    parts() {
      let dropped = 0;
      const droppedLogLines = (): number => {
        dropped += 1;
        return dropped;
      };
      return { droppedLogLines };
    },
    moves: ['quire_log_lines_dropped_total'],
    play: async () => {},
  },
];

/** What says how things are, and moves with nothing that a test can do. */
export const constants: readonly string[] = [
  'quire_build_info',
  'quire_journal_queue_limit_bytes',
  'quire_sessions_limit',
  'quire_data_free_bytes',
  'process_start_time_seconds',
  'process_max_fds',
];
