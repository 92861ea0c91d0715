"use strict";
// Ranks under two schemes as a scatter, drawn from the table that stands below it, so that both always say the same.
(() => {
  const colour = window.colours.of;

  const units = () =>
    [...document.querySelectorAll("#two-schemes tbody tr")]
      .filter((row) => row.dataset.left && row.dataset.right)
      .map((row) => ({ name: row.querySelector('[data-cell="name"]').textContent.trim(), value: [Number(row.dataset.left), Number(row.dataset.right)] }));

  function options(found, labels) {
    const text = { color: colour("--ink-soft"), fontFamily: colour("--font") };
    const last = Math.max(...found.flatMap((unit) => unit.value), 1);
    const axis = (name, place) => ({
      type: "value", inverse: true, min: 1, max: last, minInterval: 1, name: `${name} ${labels.rank}`, nameLocation: "middle", nameGap: place,
      axisLabel: text, nameTextStyle: text, splitLine: { lineStyle: { color: colour("--line") } },
    });
    return {
      animation: false,
      textStyle: text,
      grid: { left: 44, right: 24, top: 28, bottom: 28, containLabel: true },
      tooltip: { renderMode: "richText", confine: true, formatter: (point) => `${point.name}\n${labels.left} ${labels.rank} ${point.value[0]}\n${labels.right} ${labels.rank} ${point.value[1]}` },
      xAxis: { ...axis(labels.first, 24), inverse: false, position: "bottom" },
      yAxis: axis(labels.second, 36),
      series: [
        { type: "line", silent: true, symbol: "none", tooltip: { show: false }, data: [[1, 1], [last, last]], lineStyle: { color: colour("--ink-soft"), type: "dashed", width: 1 } },
        {
          type: "scatter", symbolSize: 8,
          data: found.map((unit) => ({ ...unit, symbol: unit.value[1] > unit.value[0] ? "diamond" : "circle", itemStyle: { color: unit.value[1] > unit.value[0] ? colour("--red-line") : colour("--brand") } })),
        },
      ],
    };
  }

  document.addEventListener("DOMContentLoaded", () => {
    const place = document.getElementById("two-schemes-chart");
    const found = units();
    if (!place || !window.echarts || !found.length) return;
    place.closest("[data-chart-panel]").hidden = false;
    const chart = window.echarts.init(place);
    const draw = () => {
      chart.resize();
      chart.setOption(options(found, place.dataset), true);
    };
    draw();
    window.addEventListener("resize", () => chart.resize());
    window.colours.onChange(draw);
  });
})();
