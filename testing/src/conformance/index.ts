export type { Check, Guarantee, Need } from './check.ts';
export { checks } from './checks/index.ts';
export { exitStatus, type Output, runConformance } from './command.ts';
export { type DialectName, dialectNames } from './dialect.ts';
export { CheckFailure, type Finding, NotCheckable } from './failure.ts';
export { type Operator, OperatorError, operateByShell, type ShellCommands } from './operator.ts';
export type { Line, Participant, ParticipantOptions, SentEdit, Sighting } from './participant.ts';
export { countOutcomes, describeEnd, describeResult, describeStart } from './report-text.ts';
export {
  type CheckResult,
  type ConformanceOptions,
  type ConformanceReport,
  checkConformance,
  type Outcome,
} from './run-checks.ts';
export type { Expectation, JoinOptions, Stage } from './stage.ts';
