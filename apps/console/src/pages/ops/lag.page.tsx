import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { formatDuration } from '../../texts/format-duration.ts';
import { useLanguage, useTexts } from '../../texts/use-texts.ts';
import { Card } from '../../ui/card.tsx';
import { Switch } from '../../ui/choice.tsx';
import { DataTable, type Column } from '../../ui/data-table.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Tag } from '../../ui/tag.tsx';
import { Time } from '../../ui/time.tsx';
import { lagQuery, type PartitionLag, type RoleLag } from './ops.query.ts';

const route = getRouteApi('/operations/lag');

/** How far behind each consumer is, by role and by partition. */
export function LagPage(): ReactNode {
  const { ops } = useTexts();
  const language = useLanguage();
  const query = useQuery(lagQuery);
  return (
    <Loaded query={query}>
      {({ at, projectionDelaySeconds, roles, partitions }) => (
        <>
          <p className="row ops__bar soft small">
            <span>
              {ops.projectionDelay}:{' '}
              {projectionDelaySeconds < 1
                ? ops.projectionNow
                : ops.projectionBehind(formatDuration(projectionDelaySeconds * 1_000, language))}
            </span>
            <span className="push">
              {ops.asOf} <Time atMs={at} format="clock" />
            </span>
          </p>
          <Card title={ops.rolesTitle} description={ops.rolesText}>
            <RoleTable roles={roles} />
          </Card>
          <PartitionCard partitions={partitions} />
        </>
      )}
    </Loaded>
  );
}

function useLagText(): { readonly count: (value: number) => string; readonly age: (seconds: number) => string } {
  const language = useLanguage();
  return {
    count: (value) => new Intl.NumberFormat(language).format(value),
    age: (seconds) => (seconds === 0 ? '–' : formatDuration(seconds * 1_000, language)),
  };
}

function RoleTable({ roles }: { readonly roles: readonly RoleLag[] }): ReactNode {
  const { ops } = useTexts();
  const { count, age } = useLagText();
  const columns: readonly Column<RoleLag>[] = [
    {
      id: 'role',
      header: ops.role,
      isName: true,
      cell: ({ role }) => (
        <div className="ops__name">
          <strong>{ops.roles[role]}</strong>
          <span className="soft small">{ops.roleHints[role]}</span>
        </div>
      ),
    },
    { id: 'state', header: ops.status, cell: (role) => <RoleState role={role} /> },
    { id: 'records', header: ops.lagRecords, align: 'end', cell: ({ lagRecords }) => count(lagRecords) },
    { id: 'seconds', header: ops.lagSeconds, align: 'end', cell: ({ lagSeconds }) => age(lagSeconds) },
    { id: 'stalled', header: ops.stalled, align: 'end', cell: ({ stalledSeconds }) => age(stalledSeconds) },
  ];
  return <DataTable label={ops.rolesTitle} columns={columns} rows={roles} rowKey={({ role }) => role} />;
}

function Topic({ name }: { readonly name: string }): ReactNode {
  return (
    <span className="mono" title={name}>
      {name}
    </span>
  );
}

/** Records that wait a moment are no trouble; a partition that does not move on is. */
const STALLED_AFTER_SECONDS = 15;

function RoleState({ role }: { readonly role: RoleLag }): ReactNode {
  const { ops } = useTexts();
  if (role.stalledSeconds >= STALLED_AFTER_SECONDS)
    return (
      <Tag tone="bad" hasDot>
        {ops.stalledState}
      </Tag>
    );
  return (
    <Tag tone={role.lagRecords === 0 ? 'good' : 'neutral'} hasDot>
      {role.lagRecords === 0 ? ops.upToDate : ops.moving}
    </Tag>
  );
}

function PartitionCard({ partitions }: { readonly partitions: readonly PartitionLag[] }): ReactNode {
  const { ops } = useTexts();
  const { all } = route.useSearch();
  const navigate = route.useNavigate();
  const { count, age } = useLagText();
  const shown = all === 'true' ? partitions : partitions.filter(({ lagRecords }) => lagRecords > 0);
  const columns: readonly Column<PartitionLag>[] = [
    { id: 'topic', header: ops.topic, isName: true, cell: ({ topic }) => <Topic name={topic} /> },
    { id: 'partition', header: ops.partition, align: 'end', width: '6rem', cell: ({ partition }) => partition },
    { id: 'role', header: ops.role, width: '7.5rem', isHiddenOnPhone: true, cell: ({ role }) => ops.roles[role] },
    {
      id: 'committed',
      header: ops.committed,
      align: 'end',
      width: '7.5rem',
      isHiddenOnPhone: true,
      cell: ({ committed }) => (committed === null ? ops.never : count(committed)),
    },
    {
      id: 'end',
      header: ops.logEnd,
      align: 'end',
      width: '8.75rem',
      isHiddenOnPhone: true,
      cell: ({ logEnd }) => count(logEnd),
    },
    {
      id: 'records',
      header: ops.lagRecords,
      align: 'end',
      width: '9.5rem',
      cell: ({ lagRecords }) => count(lagRecords),
    },
    {
      id: 'seconds',
      header: ops.lagSeconds,
      align: 'end',
      width: '7rem',
      isHiddenOnPhone: true,
      cell: ({ lagSeconds }) => age(lagSeconds),
    },
  ];
  const toggle = (
    <Switch
      isSelected={all !== 'true'}
      onChange={(isOnly) => void navigate({ search: { all: isOnly ? undefined : 'true' }, replace: true })}
    >
      {ops.onlyBehind}
    </Switch>
  );
  return (
    <Card title={ops.partitionsTitle} actions={toggle}>
      {shown.length === 0 ? (
        <p className="soft">{ops.noneBehind}</p>
      ) : (
        <DataTable
          label={ops.partitionsTitle}
          columns={columns}
          rows={shown}
          rowKey={({ group, topic, partition }) => `${group} ${topic} ${partition}`}
          virtualHeight="32rem"
        />
      )}
    </Card>
  );
}
