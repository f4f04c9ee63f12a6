/**
 * Ends what we started when we cannot: a tiny shell that reads the pids of our children from a pipe. When this process
 * dies, however it dies, the pipe closes and the shell ends them. The children hold no end of that pipe.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';

// It outlives Ctrl-C in the terminal and reads one line for each child: `+ <pid> <signal>` or `- <pid>`.
const GUARD_SCRIPT = `
trap '' HUP INT TERM
list=''
while read -r op pid signal; do
  case $op in
    +) list="$list $pid:$signal" ;;
    -) next=''; for entry in $list; do [ "\${entry%%:*}" = "$pid" ] || next="$next $entry"; done; list=$next ;;
  esac
done
for entry in $list; do kill -s "\${entry##*:}" "\${entry%%:*}" 2>/dev/null; done
rounds=0
while [ $rounds -lt 50 ]; do
  alive=''
  for entry in $list; do kill -0 "\${entry%%:*}" 2>/dev/null && alive=yes; done
  [ -n "$alive" ] || exit 0
  rounds=$((rounds + 1))
  sleep 0.1
done
for entry in $list; do kill -s KILL "-\${entry%%:*}" 2>/dev/null; done
`;

/** A child announces itself before it becomes the program, so no moment is left in which it runs unguarded. */
export const ANNOUNCE_SCRIPT = 'signal=$1; shift; echo "+ $$ $signal" >&3; exec 3>&-; exec "$@"';

let guard: ChildProcess | undefined;

function guardPipe(): Writable {
  if (guard?.stdin && guard.exitCode === null && guard.signalCode === null) return guard.stdin;
  guard = spawn('/bin/sh', ['-c', GUARD_SCRIPT], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  const pipe = guard.stdin;
  if (!pipe) throw new Error('The guard process has no standard input');
  // The guard keeps no parent alive: it is the parent's end that it waits for.
  guard.unref();
  if (pipe instanceof Socket) pipe.unref();
  pipe.on('error', () => undefined);
  return pipe;
}

/** The pipe to hand to a child as file descriptor 3, for {@link ANNOUNCE_SCRIPT}. */
export const guardDescriptor = (): Writable => guardPipe();

/** To be called when a child has ended: its pid may be given to somebody else now. */
export function forgetGuarded(pid: number): void {
  guardPipe().write(`- ${pid}\n`);
}
