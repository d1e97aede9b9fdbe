package io.anchorstream.model.loss;

/** A loss around another; what it does not change is the other's. */
abstract class LossDecorator implements MetricLoss {
    final MetricLoss inner;

    LossDecorator(MetricLoss inner) {
        this.inner = inner;
    }

    @Override
    public void update(double rateFactor) {
        inner.update(rateFactor);
    }

    @Override
    public double semanticWeight() {
        return inner.semanticWeight();
    }

    @Override
    public boolean needsMemory() {
        return inner.needsMemory();
    }

    @Override
    public boolean needsHead() {
        return inner.needsHead();
    }

    @Override
    public void drifted() {
        inner.drifted();
    }

    @Override
    public long[] trusted(LossBatch batch) {
        return inner.trusted(batch);
    }

    @Override
    public void save(SavedState state) {
        inner.save(state.scope("inner"));
    }

    @Override
    public void load(SavedState state) {
        inner.load(state.scope("inner"));
    }
}
