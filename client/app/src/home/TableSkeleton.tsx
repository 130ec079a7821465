const rows = [46, 31, 58, 38, 50];

export function TableSkeleton() {
  return (
    <div className="sheet table-skeleton" role="status" aria-label="Loading documents">
      {rows.map((width) => (
        <div key={width} className="table-skeleton-row">
          <span className="skeleton" style={{ width: `${width}%` }} />
          <span className="skeleton" style={{ width: '7rem' }} />
          <span className="skeleton" style={{ width: '3.5rem' }} />
        </div>
      ))}
    </div>
  );
}
