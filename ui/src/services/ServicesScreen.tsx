import { IconListDetails, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, refresh, useCommand, useAllServices, type Service } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { EmptyState, FailedState, SkeletonRows } from "../kit/Empty";
import { tellAction, useHints, useKeys } from "../kit/keys";
import { money } from "../kit/locale";
import { useMemory } from "../kit/memory";
import { Row, RowBand, RowGrid, useRowFocus } from "../kit/RowGrid";
import { ServicePanel } from "./ServicePanel";
import styles from "./services.module.css";

/** What the clinic offers: how long it takes, what it costs, and who performs it. */
export function ServicesScreen({ onBack }: { onBack: () => void }) {
  const { t } = useTranslation();
  const { may } = useHere();
  const services = useAllServices();
  const [open, setOpen] = useMemory<Service | "new" | null>("services:open", null);
  const [chosen, setChosen] = useState<string | null>(null);
  const mayChange = may("manage_services");
  const toggle = useCommand((service: Service) =>
    service.active ? api.deactivateService(service.id) : api.reactivateService(service.id),
  );
  const flip = (service: Service) => {
    if (!mayChange || toggle.isPending) return;
    toggle.mutate([service], {
      onSuccess: ({ name, active }) => {
        tellAction({
          text: t(active ? "services.resumed" : "services.stopped", { name }),
          undo: () => flip({ ...service, active }),
        });
        void refresh(["services"], ["waitlist"]);
      },
    });
  };
  const add = () => setOpen("new");
  useKeys({
    ...(mayChange && open === null ? { n: add, "alt+n": add } : {}),
    ...(open === null ? { escape: onBack } : {}),
  });
  const hints = useHints(
    mayChange
      ? [
          { keys: ["Enter"], label: t("services.keys.edit") },
          { keys: ["A"], label: t("services.keys.toggle") },
          { keys: ["N"], label: t("services.add") },
          { keys: ["Esc"], label: t("services.back") },
        ]
      : [{ keys: ["↑"], to: ["↓"], label: t("keys.move") }],
  );
  useRowFocus(services.data !== undefined);
  const all = services.data?.items ?? [];
  const bands = [
    { name: "active" as const, items: all.filter(({ active }) => active) },
    { name: "inactive" as const, items: all.filter(({ active }) => !active) },
  ];
  const first = all[0];
  return (
    <>
      <section className={styles.screen} {...hints}>
        <div className={styles.head}>
          <h1>{t("services.title")}</h1>
          <span className={styles.quiet}>
            {services.data && t("services.count", { count: bands[0]!.items.length })}
          </span>
          <span className={styles.fill} />
          <Button size="sm" keys="Esc" onClick={onBack}>
            {t("services.back")}
          </Button>
          {mayChange && (
            <Button size="sm" keys="N" icon={<IconPlus size={16} aria-hidden />} onClick={add}>
              {t("services.add")}
            </Button>
          )}
        </div>
        <ErrorBanner error={toggle.error} />
        {services.error ? (
          <FailedState error={services.error} retry={() => void services.refetch()} />
        ) : !services.data ? (
          <SkeletonRows rows={8} />
        ) : all.length === 0 ? (
          <EmptyState
            icon={<IconListDetails size={32} stroke={1.5} aria-hidden />}
            title={t("services.empty")}
          >
            {t("services.emptyWhat")}
          </EmptyState>
        ) : (
          <RowGrid
            label={t("services.title")}
            template="minmax(0, 1.6fr) minmax(0, 1fr) 96px 128px 88px"
            columns={[
              { label: t("services.name") },
              { label: t("services.category") },
              { label: t("services.minutes") },
              { label: t("services.priceColumn") },
              { label: t("services.action"), hidden: true },
            ]}
          >
            {bands.map(({ name, items }) => (
              <RowBand key={name} span={5} title={t(`services.${name}`)} count={items.length}>
                {items.map((service) => {
                  const edit = () => mayChange && setOpen(service);
                  return (
                    <Row
                      key={service.id}
                      id={service.id}
                      first={service === first}
                      selected={service.id === chosen}
                      onSelect={() => setChosen(service.id)}
                      keys={{ enter: edit, a: () => flip(service) }}
                      cells={[
                        <b key="name">{service.name}</b>,
                        service.category,
                        <span key="minutes" className="num">
                          {t("minutes", { count: service.durationMinutes })}
                        </span>,
                        <span key="price" className="num">
                          {money(service.priceMinor, service.currency)}
                        </span>,
                        mayChange && (
                          <Button key="edit" look="chip" tabIndex={-1} onClick={edit}>
                            {t("services.action")}
                          </Button>
                        ),
                      ]}
                    />
                  );
                })}
              </RowBand>
            ))}
          </RowGrid>
        )}
      </section>
      {open !== null && (
        <ServicePanel
          key={open === "new" ? "new" : open.id}
          service={open === "new" ? null : open}
          onClose={() => {
            setOpen(null);
            requestAnimationFrame(() =>
              document.querySelector<HTMLElement>('[data-row][tabindex="0"]')?.focus(),
            );
          }}
        />
      )}
    </>
  );
}
