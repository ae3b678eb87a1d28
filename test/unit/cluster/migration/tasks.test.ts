/** The two ends of a migration, step by step: what each says, keeps and does. */
import { describe, expect, it } from 'vitest';
import { ExportTask } from '../../../../src/cluster/migration/export-task.ts';
import { ImportTask } from '../../../../src/cluster/migration/import-task.ts';
import { changeMoves, printMoves, rangesInMoves } from '../../../../src/cluster/migration/moves.ts';
import { parseNodesConf, printNodesConf } from '../../../../src/cluster/nodes-conf.ts';
import { idOf, me, other, owning, stateWith } from '../support.ts';

const id = idOf('7');
const ranges = [{ start: 0, end: 9 }, { start: 20, end: 20 }];
const limits = { pauseMs: 1000, lagBytes: 1024 * 1024, silenceMs: 2000 };
const parts = { id, peerId: other, ranges, limits };

/** What a step led to, in a line. */
function said(task: { takeOutputs(): readonly object[] }): string {
  return task.takeOutputs().map((output) => {
    const { do: what, message, change, to, answer } = output as { do: string; message?: { kind: string }; change?: { kind: string }; to?: string; answer?: { kind: string } };
    return [what, message?.kind, change?.kind, to, answer?.kind].filter((word) => word !== undefined).join(' ');
  }).filter((line) => line !== 'log').join(', ');
}

/** Its pause has begun, and its grant is not kept yet. */
function pausingTask(): ExportTask {
  const task = new ExportTask(parts);
  task.start(0);
  task.linked(10);
  task.answered(20, 'establish', { kind: 'ok' });
  task.copied(30);
  task.answered(40, 'sync', { kind: 'ok' });
  task.progress(240, 0);
  task.takeOutputs();
  return task;
}

function grantedTask(): ExportTask {
  const task = pausingTask();
  task.kept(245, undefined);
  task.drained(250, 3n);
  task.takeOutputs();
  return task;
}

function opened(): ImportTask {
  const task = new ImportTask({ id, peerId: other, ranges, silenceMs: 2000 });
  task.open(0);
  task.kept(1, undefined);
  task.takeOutputs();
  return task;
}

describe('the source', () => {
  it('copies, pauses writes, keeps its grant before it tells, and lets go when the other owns the slots', () => {
    const task = new ExportTask(parts);
    task.start(0);
    expect(said(task)).toBe('connect');
    task.linked(10);
    expect(said(task)).toBe('send establish');
    task.answered(20, 'establish', { kind: 'ok' });
    expect(said(task)).toBe('start-stream');
    task.progress(25, 5_000_000);
    task.copied(30);
    expect(said(task)).toBe('');
    task.progress(35, 500_000);
    expect(said(task)).toBe('send sync');
    task.answered(40, 'sync', { kind: 'ok' });
    task.progress(239, 1000);
    expect(said(task)).toBe('');
    task.progress(240, 1000);
    expect(said(task)).toBe('pause, keep grant');
    task.kept(245, undefined);
    expect(said(task)).toBe('');
    task.drained(250, 3n);
    expect(said(task)).toBe('send take');
    task.answered(260, 'take', { kind: 'taken', epoch: 4n });
    expect(said(task)).toBe('keep give');
    task.kept(265, undefined);
    expect(said(task)).toBe('stop-stream, resume');
    expect(task.pausedMs).toBe(25);
    task.tick(464);
    expect(said(task)).toBe('');
    task.tick(465);
    expect(said(task)).toBe('trim, send done');
    task.answered(470, 'done', { kind: 'ok' });
    task.trimmed(480);
    expect(said(task)).toBe('keep forget');
    task.kept(485, undefined);
    expect([said(task), task.state]).toEqual(['disconnect', 'done']);
  });

  it('pauses under a load that never gets quiet once the lag has been allowed for a while', () => {
    const task = new ExportTask(parts);
    task.start(0);
    task.linked(0);
    task.answered(0, 'establish', { kind: 'ok' });
    task.progress(0, 500_000);
    task.copied(0);
    task.answered(10, 'sync', { kind: 'ok' });
    task.progress(1000, 500_000);
    expect(task.state).toBe('settling');
    task.progress(1010, 500_000);
    expect(task.state).toBe('pausing');
  });

  it.each([
    ['before it has begun', (task: ExportTask) => task.unlinked(10, 'refused'), 'failed'],
    ['when a client cancels it', (task: ExportTask) => void task.cancel(10), 'cancelled'],
    ['when the slots are lost', (task: ExportTask) => task.lost(10, 'gone'), 'failed'],
    ['when the other node is silent', (task: ExportTask) => task.tick(2001), 'failed'],
  ])('ends by itself %s', (_, act, state) => {
    const task = new ExportTask(parts);
    task.start(0);
    act(task);
    expect(task.state).toBe(state);
  });

  it('lets writes go on when the last changes take too long', () => {
    const task = pausingTask();
    task.kept(245, undefined);
    task.takeOutputs();
    task.tick(1239);
    expect(said(task)).toBe('send alive');
    task.tick(1241);
    expect([said(task), task.state]).toEqual(['keep forget', 'returning']);
    task.kept(1242, undefined);
    expect([said(task), task.state]).toEqual(['stop-stream, resume, send abort, disconnect', 'failed']);
  });

  it.each([
    ['the link breaks', (task: ExportTask) => task.unlinked(250, 'reset'), 'failed'],
    ['the slots are lost', (task: ExportTask) => task.lost(250, 'gone'), 'failed'],
    ['a client cancels', (task: ExportTask) => void task.cancel(250), 'cancelled'],
  ])('takes a grant back that it has not told when %s, and asks nobody', (_, act, state) => {
    const task = pausingTask();
    task.kept(245, undefined);
    task.takeOutputs();
    act(task);
    expect(said(task)).toBe('keep forget');
    task.kept(255, undefined);
    expect([said(task).startsWith('stop-stream, resume'), task.state]).toEqual([true, state]);
  });

  it('does not pause for long when its grant cannot be kept', () => {
    const task = pausingTask();
    task.kept(245, 'no space');
    expect([said(task), task.state]).toEqual(['stop-stream, resume, send abort, disconnect', 'failed']);
    task.drained(250, 3n);
    expect(said(task)).toBe('');
  });

  it.each([
    ['the link breaks', (task: ExportTask) => task.unlinked(300, 'reset')],
    ['the answer does not come', (task: ExportTask) => task.tick(1300)],
    ['a client cancels', (task: ExportTask) => void task.cancel(300)],
  ])('asks what became of its grant when %s, and does not serve meanwhile', (_, act) => {
    const task = grantedTask();
    act(task);
    expect([task.state, task.isPastReturn]).toEqual(['doubtful', true]);
    task.tick(1600);
    expect(said(task)).toMatch(/\bconnect$/);
    task.linked(1610);
    expect(said(task)).toBe('send outcome');
    task.answered(1620, 'outcome', { kind: 'aborted', reason: 'restarted' });
    expect(said(task)).toBe('keep forget');
    task.kept(1630, undefined);
    expect(said(task)).toMatch(/^stop-stream, resume/);
    expect(task.isOver).toBe(true);
  });

  it('is in doubt after a restart until it knows', () => {
    const task = ExportTask.restored(parts, 'granted', 0);
    task.tick(0);
    expect(said(task)).toBe('connect');
    task.linked(1);
    task.answered(2, 'outcome', { kind: 'taken', epoch: 9n });
    expect(said(task)).toBe('send outcome, keep give');
    task.kept(3, 'no space');
    expect(task.state).toBe('doubtful');
  });

  it('gets its slots back when the other node is no member any more', () => {
    const task = ExportTask.restored(parts, 'granted', 0);
    task.forgotten(5);
    expect(said(task)).toBe('keep forget');
    task.kept(6, undefined);
    expect(task.state).toBe('failed');
  });
});

describe('the destination', () => {
  it('keeps that it receives, hides the keys, has them on disk and keeps the slots before it says so', () => {
    const task = new ImportTask({ id, peerId: other, ranges, silenceMs: 2000 });
    task.open(0);
    expect(said(task)).toBe('keep receive');
    task.kept(1, undefined);
    expect(said(task)).toBe('hide, answer establish ok');
    task.received(2, { kind: 'sync' });
    expect(said(task)).toBe('sync');
    task.synced(3, 5n);
    expect(said(task)).toBe('answer sync ok');
    task.received(4, { kind: 'take', epoch: 7n });
    expect(said(task)).toBe('sync');
    task.synced(5, 5n);
    expect(task.takeOutputs()).toEqual([{ do: 'keep', change: { kind: 'take', id, epoch: 8n } }]);
    task.kept(6, undefined);
    expect(said(task)).toBe('show, answer take taken');
    task.received(7, { kind: 'outcome' });
    expect(said(task)).toBe('answer outcome taken');
    task.received(8, { kind: 'done' });
    expect(said(task)).toBe('keep forget');
    task.kept(9, undefined);
    expect([said(task), task.state]).toEqual(['answer done ok', 'done']);
  });

  it('never takes the slots once it has said that it gave up', () => {
    const task = opened();
    task.received(2, { kind: 'take', epoch: 7n });
    task.received(3, { kind: 'outcome' });
    expect(said(task)).toBe('sync, hide, drop, answer outcome aborted');
    task.synced(4, 5n);
    expect(said(task)).toBe('');
    task.dropped();
    expect(said(task)).toBe('keep forget');
    task.kept(5, undefined);
    expect([said(task), task.state]).toEqual(['show', 'failed']);
  });

  it('takes the slots that were granted though the link is gone', () => {
    const task = opened();
    task.received(2, { kind: 'take', epoch: 7n });
    task.unlinked('reset');
    task.synced(3, 5n);
    task.kept(4, undefined);
    expect(task.state).toBe('taken');
  });

  it('says nothing while it does not know whether the new owner is on disk', () => {
    const task = opened();
    task.received(2, { kind: 'take', epoch: 7n });
    task.synced(3, 5n);
    task.takeOutputs();
    task.kept(4, 'no space');
    task.received(5, { kind: 'outcome' });
    expect(said(task)).toBe('');
    task.tick(100);
    expect(said(task)).toBe('keep take');
    task.kept(101, undefined);
    expect(said(task)).toBe('show, answer take taken');
  });

  it.each([
    ['the link breaks', (task: ImportTask) => task.unlinked('reset')],
    ['the source is silent', (task: ImportTask) => task.tick(2500)],
    ['the source ends it', (task: ImportTask) => task.received(3, { kind: 'abort', reason: 'cancelled' })],
    ['a client cancels it', (task: ImportTask) => void task.cancel()],
    ['the source is forgotten', (task: ImportTask) => task.forgotten()],
  ])('drops what it received when %s', (_, act) => {
    const task = opened();
    act(task);
    expect([said(task), task.state]).toEqual(['hide, drop', 'dropping']);
  });

  it('drops after a restart what it had received', () => {
    const task = ImportTask.restored({ id, peerId: other, ranges, silenceMs: 2000 }, 'receiving', 0, 1n);
    expect(said(task)).toBe('hide, drop');
  });
});

describe('what nodes.conf keeps of moves', () => {
  const state = owning(stateWith({ id: other }), { 0: me, 20: me });

  it('is read back, whatever the move', () => {
    let all = changeMoves(state, { kind: 'receive', id: idOf('1'), peerId: other, ranges });
    all = changeMoves(all, { kind: 'grant', id: idOf('2'), peerId: other, ranges: [{ start: 20, end: 20 }] });
    expect(printMoves(all.moves)).toEqual([`receiving-${idOf('1')} ${other}:0-9,20-20`, `granted-${idOf('2')} ${other}:20-20`]);
    expect(parseNodesConf(printNodesConf(all), 0, idOf('1')).moves).toEqual(all.moves);
    expect(rangesInMoves(all, 'granted')).toEqual([{ start: 20, end: 20 }]);
  });

  it('changes the owner together with the move', () => {
    const granted = changeMoves(state, { kind: 'grant', id, peerId: other, ranges });
    const given = changeMoves(granted, { kind: 'give', id, epoch: 6n });
    expect([given.owners[0], given.owners[20], given.owners[10]]).toEqual([other, other, '']);
    expect([given.nodes.get(other)!.configEpoch, given.currentEpoch, given.moves.get(id)!.role]).toEqual([6n, 6n, 'trimming']);
    const taken = changeMoves(changeMoves(state, { kind: 'receive', id, peerId: other, ranges }), { kind: 'take', id, epoch: 6n });
    expect([taken.owners[9], taken.nodes.get(me)!.configEpoch, taken.moves.get(id)!.role]).toEqual([me, 6n, 'taken']);
    expect(changeMoves(taken, { kind: 'forget', id }).moves.size).toBe(0);
  });

  it('is refused when it is malformed', () => {
    const text = printNodesConf(state).replace('lastVoteEpoch 0', `lastVoteEpoch 0 granted-${id} ${other}:9-0`);
    expect(() => parseNodesConf(text, 0, idOf('1'))).toThrow('is not a move of slots');
  });
});
