'use client';

import { Bookmark, ChevronDown, RotateCcw, Save, Share2, Star, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { SavedView } from '@/components/shared/api/wire';
import { useRefusal } from '@/components/shared/permission';
import { Button } from '@/components/ui/button';
import { Menu, MenuItem, MenuRule } from '@/components/ui/menu';
import { SaveViewDialog } from './save-view-dialog';
import { useSavedViews } from './use-saved-views';
import { SUGGESTED_VIEWS } from './view-query';

/** Filters under a name: one's own, those of everybody, and some to begin with. A view that was changed says so. */
export function SavedViews() {
  const { views, open, query, modified, apply, save, update, remove } = useSavedViews();
  const [naming, setNaming] = useState(false);
  const refusal = useRefusal('view.share');
  // A shared view is everybody's: whoever may not share may not change it either.
  const locked = open?.shared ? refusal : null;
  const own = views.data?.filter((view) => view.own) ?? [];
  const shared = views.data?.filter((view) => !view.own) ?? [];
  return (
    <>
      {modified && open ? (
        <span className="flex items-center gap-1">
          <span className="rounded-full bg-limited-chip px-2 py-0.5 text-meta font-medium text-limited">Modified</span>
          <Button
            size="sm"
            variant="ghost"
            disabledReason={locked}
            pending={update.isPending}
            onClick={() => update.mutate({ id: open.id, query })}
          >
            <Save aria-hidden className="size-3.5" />
            Save
          </Button>
          <Button size="sm" variant="ghost" onClick={() => setNaming(true)}>
            Save as
          </Button>
          <Button size="sm" variant="ghost" onClick={() => apply(open.query, open.id)}>
            <RotateCcw aria-hidden className="size-3.5" />
            Reset
          </Button>
        </span>
      ) : null}
      <Menu
        trigger={
          <Button size="sm" variant="outline">
            <Bookmark aria-hidden className="size-3.5" />
            <span className="max-w-44 truncate">{open?.name ?? 'Views'}</span>
            <ChevronDown aria-hidden className="size-3.5 text-ink-3" />
          </Button>
        }
      >
        <Group label="Mine" views={own} onOpen={apply} />
        <Group label="For everybody" views={shared} onOpen={apply} />
        <p className="px-2 pt-1.5 pb-1 text-meta font-medium text-ink-3">To begin with</p>
        {SUGGESTED_VIEWS.map((view) => (
          <MenuItem key={view.name} onSelect={() => apply(view.query, null)}>
            {view.name}
          </MenuItem>
        ))}
        <MenuRule />
        <MenuItem icon={<Save />} onSelect={() => setNaming(true)}>
          Save these filters as a view
        </MenuItem>
        {open ? (
          <>
            <MenuItem icon={<Star />} onSelect={() => update.mutate({ id: open.id, default: !open.default })}>
              {open.default ? 'Do not open Activity with it' : 'Open Activity with this view'}
            </MenuItem>
            {open.own ? (
              <MenuItem icon={<Share2 />} disabledReason={refusal} onSelect={() => update.mutate({ id: open.id, shared: !open.shared })}>
                {open.shared ? 'Keep to myself' : 'Share with everybody'}
              </MenuItem>
            ) : null}
            <MenuItem icon={<Trash2 />} destructive disabledReason={locked} onSelect={() => remove.mutate(open.id)}>
              Delete view “{open.name}”
            </MenuItem>
          </>
        ) : null}
      </Menu>
      {naming ? <SaveViewDialog query={query} save={save} refusal={refusal} onClose={() => setNaming(false)} /> : null}
    </>
  );
}

function Group({ label, views, onOpen }: { label: string; views: readonly SavedView[]; onOpen: (query: string, id: string) => void }) {
  if (views.length === 0) return null;
  return (
    <>
      <p className="px-2 pt-1.5 pb-1 text-meta font-medium text-ink-3">{label}</p>
      {views.map((view) => (
        <MenuItem key={view.id} icon={view.default ? <Star /> : <Bookmark />} onSelect={() => onOpen(view.query, view.id)}>
          {view.name}
          {view.own ? null : <span className="text-meta text-ink-3"> by {view.owner}</span>}
          {view.own && view.shared ? <span className="text-meta text-ink-3"> shared</span> : null}
        </MenuItem>
      ))}
    </>
  );
}
