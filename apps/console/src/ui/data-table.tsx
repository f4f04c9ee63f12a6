import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp, ChevronsUpDown } from 'lucide-react';
import { memo, useEffect, useEffectEvent, useRef, type ReactNode } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import './data-table.css';

export interface Column<Row> {
  readonly id: string;
  readonly header: string;
  readonly cell: (row: Row) => ReactNode;
  /** Numbers stand at the right. */
  readonly align?: 'start' | 'end';
  /** Of the table's width in CSS, such as `12rem`; the rest is shared. */
  readonly width?: string;
  /** The header is a button that sorts; what it sorts by is decided by `onSort`. */
  readonly isSortable?: boolean;
  /** On a phone the row becomes a block: which line of it is its name. */
  readonly isName?: boolean;
  /** What a phone has no room for, and what the row's details tell. */
  readonly isHiddenOnPhone?: boolean;
}

export interface Sort {
  readonly column: string;
  readonly isDescending: boolean;
}

export interface DataTableProps<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  readonly sort?: Sort | undefined;
  readonly onSort?: (sort: Sort) => void;
  /**
   * For long lists: only the rows in sight are in the page, and the table scrolls inside a box of this height (CSS).
   * Every row is then one line of 44 pixels.
   */
  readonly virtualHeight?: string;
  /** With `virtualHeight`: the last rows come in sight, so that more can be asked for before the end is reached. */
  readonly onNearEnd?: (() => void) | undefined;
}

const ROW_HEIGHT_PX = 44;
const OVERSCAN = 12;

/** A table that a screen reader knows as one. What a row does is a link or a button in its first cell. */
export function DataTable<Row>(props: DataTableProps<Row>): ReactNode {
  const { label, columns, rows, rowKey, sort, onSort, virtualHeight, onNearEnd } = props;
  const box = useRef<HTMLDivElement>(null);
  const isVirtual = virtualHeight !== undefined;
  const virtualizer = useVirtualizer({
    count: rows.length,
    enabled: isVirtual,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_HEIGHT_PX,
    getItemKey: (index) => keyOf(rows[index], rowKey, index),
    overscan: OVERSCAN,
  });
  const items = virtualizer.getVirtualItems();
  const isNearEnd = isVirtual && (items.at(-1)?.index ?? -1) >= rows.length - 1;
  const tellNearEnd = useEffectEvent(() => onNearEnd?.());
  useEffect(() => {
    if (isNearEnd) tellNearEnd();
  }, [isNearEnd, rows.length]);
  const shown = isVirtual
    ? items.flatMap(({ index }) => rows.slice(index, index + 1).map((row) => ({ row, index })))
    : rows.map((row, index) => ({ row, index }));
  const before = items[0]?.start ?? 0;
  const after = isVirtual ? virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0) : 0;
  return (
    <div
      ref={box}
      className={`table-box${isVirtual ? ' table-box--virtual' : ''}`}
      style={isVirtual ? { maxHeight: virtualHeight } : undefined}
      tabIndex={isVirtual ? 0 : undefined}
      role={isVirtual ? 'group' : undefined}
      aria-label={isVirtual ? label : undefined}
    >
      <table className="table" aria-label={label} aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            {columns.map((column) => (
              <HeaderCell key={column.id} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {before > 0 && <Spacer height={before} />}
          {shown.map(({ row, index }) => (
            <MemoRow key={rowKey(row)} row={row} index={index} columns={columns} />
          ))}
          {after > 0 && <Spacer height={after} />}
        </tbody>
      </table>
    </div>
  );
}

interface TableRowProps<Row> {
  readonly row: Row;
  /** From 0. */
  readonly index: number;
  readonly columns: readonly Column<Row>[];
}

function TableRow<Row>({ row, index, columns }: TableRowProps<Row>): ReactNode {
  return (
    <tr aria-rowindex={index + 2}>
      {columns.map((column) => (
        <td
          key={column.id}
          className={`table__cell ${classesOf(column)}${column.isName === true ? ' table__cell--name' : ''}`}
          data-label={column.header}
        >
          {column.cell(row)}
        </td>
      ))}
    </tr>
  );
}

/** While one scrolls, only the rows that come in sight are drawn. */
const MemoRow = memo(TableRow) as typeof TableRow;

function keyOf<Row>(row: Row | undefined, rowKey: (row: Row) => string, index: number): string | number {
  return row === undefined ? index : rowKey(row);
}

function classesOf<Row>({ align = 'start', isHiddenOnPhone = false }: Column<Row>): string {
  return `table__cell--${align}${isHiddenOnPhone ? ' table__cell--wide-only' : ''}`;
}

/** Of one cell: one that spans all would make columns of those that a phone does not show. */
function Spacer({ height }: { readonly height: number }): ReactNode {
  return (
    <tr aria-hidden className="table__spacer">
      <td style={{ height }} />
    </tr>
  );
}

interface HeaderCellProps<Row> {
  readonly column: Column<Row>;
  readonly sort: Sort | undefined;
  readonly onSort: ((sort: Sort) => void) | undefined;
}

function HeaderCell<Row>({ column, sort, onSort }: HeaderCellProps<Row>): ReactNode {
  const isSorted = sort?.column === column.id;
  const direction = !isSorted ? 'none' : sort.isDescending ? 'descending' : 'ascending';
  const isSortable = column.isSortable === true && onSort !== undefined;
  const className = `table__head ${classesOf(column)}`;
  const Icon = !isSorted ? ChevronsUpDown : sort.isDescending ? ArrowDown : ArrowUp;
  return (
    <th
      scope="col"
      className={className}
      style={column.width === undefined ? undefined : { width: column.width }}
      aria-sort={isSortable ? direction : undefined}
    >
      {isSortable ? (
        <>
          <AriaButton
            className="table__sort"
            onPress={() => onSort({ column: column.id, isDescending: isSorted ? !sort.isDescending : false })}
          >
            {column.header}
            <Icon size={14} aria-hidden />
          </AriaButton>
          <span className="table__sort-name">{column.header}</span>
        </>
      ) : (
        column.header
      )}
    </th>
  );
}
