import matplotlib.pyplot as plt
import numpy as np

plt.style.use("style.mplstyle")
x = np.linspace(0, 2 * np.pi, 200)
# BEGIN SOLUTION
y = np.sin(x) * np.exp(-x / 4)
plt.plot(x, y, label="damped")
plt.xlabel("x")
plt.legend()
# END SOLUTION
plt.savefig("plot.png")
