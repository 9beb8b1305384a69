"""The numbers behind the picture, in real Chromium."""

import pytest

from tests.e2e.test_live_video import demo, watching


async def test_the_details_show_where_the_time_of_a_picture_goes() -> None:
    async with demo() as running, watching(f"{running.url}/camera/front") as page:
        await page.page.locator('[data-testid="details"] summary').click()
        await page.page.wait_for_selector(
            '[data-testid="trace-total"]:not([data-ms=""])', timeout=10_000
        )
        seen = await page.page.evaluate("""() => {
          const trace = document.querySelector('[data-testid="trace"]');
          const rows = [...trace.querySelectorAll('dl > [data-stage]')];
          const total = trace.querySelector('[data-testid="trace-total"]');
          return {
            stages: Object.fromEntries(
              rows.map((row) => [row.dataset.stage, Number(row.querySelector('dd').dataset.ms)])),
            total: Number(total.dataset.ms),
            text: trace.innerText,
          };
        }""")
        stages = seen["stages"]
        assert list(stages) == ["camera", "decode", "encode", "send", "network"]
        assert all(took_ms >= 0 for took_ms in stages.values())
        # Decoding, encoding and the way to the screen take time on any machine.
        assert all(stages[stage] > 0 for stage in ("decode", "encode", "network"))
        assert sum(stages.values()) == pytest.approx(seen["total"], abs=0.01)
        assert 0 < seen["total"] < 1_000
        assert f"{seen['total']:.1f} ms" in seen["text"]
        delivery = await page.page.locator('[data-testid="delivery"]').inner_text()
        assert "host/" in delivery
        assert await page.attribute("data-quality") in ("high", "medium", "low")
